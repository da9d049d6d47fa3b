//! `METRICS`: every counter, histogram and gauge with its unit, help line and labels.
//!
//! A metric exists by its row. Labels have few values: never an account, an address or a client's identifier.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus::{CounterVec, Encoder, GaugeVec, Histogram, HistogramOpts, HistogramVec, Opts, Registry, TextEncoder};

/// A row of the table.
#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: &'static str,
    pub help: &'static str,
    pub labels: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows; the name ends in `_total`.
    Counter,
    Gauge,
    /// With the upper bounds of its buckets.
    Histogram(&'static [f64]),
}

use Kind::{Counter, Gauge};

const REQUESTS: Kind = Kind::Histogram(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
const HASHES: Kind = Kind::Histogram(&[0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56]);
const JOBS: Kind = Kind::Histogram(&[0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0]);

const REQUEST: &str = "http_server_request_duration_seconds";
const RESIDENT: &str = "process_resident_memory_bytes";
const CPU: &str = "process_cpu_seconds_total";

/// Every metric of the house.
pub const METRICS: &[Metric] = &[
    row(REQUEST, REQUESTS, "seconds", "How long requests took", &["route", "method", "status_class"]),
    row("sw_auth_attempts_total", Counter, "attempts", "Sign-in attempts", &["method", "outcome"]),
    row("sw_authorize_total", Counter, "requests", "Authorization requests by how they ended", &["outcome"]),
    row("sw_consent_total", Counter, "answers", "Answers on the consent page", &["decision", "reason"]),
    row(
        "sw_client_auth_total",
        Counter,
        "requests",
        "Requests of clients by how they authenticated",
        &["method", "outcome"],
    ),
    row("sw_token_requests_total", Counter, "requests", "Requests at the token endpoint", &["grant", "outcome"]),
    row("sw_data_reads_total", Counter, "reads", "Personal data that left, or was refused", &["kind", "outcome"]),
    row("sw_revocations_total", Counter, "revocations", "Grants and tokens that were ended", &["by"]),
    row("sw_rate_limited_total", Counter, "requests", "Requests refused by a rate limit", &["rule"]),
    row("sw_rate_limit_local_total", Counter, "requests", "Requests that a node judged alone: no Redis", &["rule"]),
    row("sw_password_hash_seconds", HASHES, "seconds", "How long password hashes took, waiting included", &[]),
    row("sw_job_duration_seconds", JOBS, "seconds", "How long jobs took", &["job", "outcome"]),
    row("sw_job_queue_depth", Gauge, "jobs", "Jobs in the queue, by whether they wait or were laid aside", &["state"]),
    row("sw_job_oldest_age_seconds", Gauge, "seconds", "How late the oldest job is that should have run", &[]),
    row("sw_media_scans_total", Counter, "files", "Uploads by what the scanner said", &["outcome"]),
    row("sw_webhooks_total", Counter, "tries", "Tries to send messages to endpoints of clients", &["outcome"]),
    row("sw_ssf_events_total", Counter, "events", "Security events by how they went to receivers", &["outcome"]),
    row("sw_retention_deleted_total", Counter, "rows", "What had its time and was removed", &["kind"]),
    row("sw_deletions_total", Counter, "accounts", "Deletions of accounts by how they stand", &["outcome"]),
    row("sw_mail_total", Counter, "mails", "Mails by kind and outcome", &["kind", "outcome"]),
    row("sw_mail_bounces_total", Counter, "mails", "Mails that came back, by how", &["event"]),
    row("sw_sms_total", Counter, "messages", "Text messages to phones by kind and outcome", &["kind", "outcome"]),
    row("sw_sms_reports_total", Counter, "messages", "What gateways told of text messages", &["state"]),
    row("sw_sms_ranges_blocked_total", Counter, "ranges", "Ranges of numbers to which no codes go for a while", &[]),
    row("sw_signing_key_age_seconds", Gauge, "seconds", "How long ago the signing key was made", &["alg"]),
    row("sw_build_info", Gauge, "builds", "Always 1; the version as a label", &["version"]),
    row(RESIDENT, Gauge, "bytes", "Memory that is held", &[]),
    row(CPU, Counter, "seconds", "Processor time that was used", &[]),
];

const fn row(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
) -> Metric {
    Metric { name, kind, unit, help, labels }
}

/// The numbers of this process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    families: HashMap<&'static str, Family>,
    /// The request histograms with their labels already resolved.
    requests: RwLock<HashMap<Request, Histogram>>,
}

enum Family {
    Counter(CounterVec),
    Gauge(GaugeVec),
    Histogram(HistogramVec),
}

/// The labels of a request, small enough to be looked up at every one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Request {
    route: &'static str,
    method: &'static str,
    class: u8,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Self {
        let registry = Registry::new();
        let families = METRICS.iter().map(|metric| (metric.name, Family::open(metric, &registry))).collect();
        let metrics = Self(Arc::new(Inner { registry, families, requests: RwLock::default() }));
        metrics.gauge("sw_build_info", &[env!("CARGO_PKG_VERSION")], 1.0);
        metrics
    }

    /// Counts a request by the template of its route, never its path. Costs well under a microsecond.
    pub fn request(&self, route: &'static str, method: &str, status: u16, seconds: f64) {
        let request = Request { route, method: known_method(method), class: u8::try_from(status / 100).unwrap_or(0) };
        let found = self.0.requests.read().unwrap_or_else(PoisonError::into_inner).get(&request).cloned();
        let histogram = found.or_else(|| self.resolve(request));
        if let Some(histogram) = histogram {
            histogram.observe(seconds);
        }
    }

    fn resolve(&self, request: Request) -> Option<Histogram> {
        let Some(Family::Histogram(requests)) = self.0.families.get(REQUEST) else { return None };
        let class = format!("{}xx", request.class);
        let histogram = requests.get_metric_with_label_values(&[request.route, request.method, &class]).ok()?;
        let mut resolved = self.0.requests.write().unwrap_or_else(PoisonError::into_inner);
        Some(resolved.entry(request).or_insert(histogram).clone())
    }

    /// Adds one to a counter of [`METRICS`].
    pub fn count(&self, name: &str, labels: &[&str]) {
        if let Some(counter) = told(name, self.counter(name, labels)) {
            counter.inc();
        }
    }

    /// Puts a value into a histogram of [`METRICS`].
    pub fn observe(&self, name: &str, labels: &[&str], value: f64) {
        let histogram = match self.0.families.get(name) {
            Some(Family::Histogram(histogram)) => histogram.get_metric_with_label_values(labels).ok(),
            _ => None,
        };
        if let Some(histogram) = told(name, histogram) {
            histogram.observe(value);
        }
    }

    /// Sets a gauge of [`METRICS`].
    pub fn gauge(&self, name: &str, labels: &[&str], value: f64) {
        let gauge = match self.0.families.get(name) {
            Some(Family::Gauge(gauge)) => gauge.get_metric_with_label_values(labels).ok(),
            _ => None,
        };
        if let Some(gauge) = told(name, gauge) {
            gauge.set(value);
        }
    }

    fn counter(&self, name: &str, labels: &[&str]) -> Option<prometheus::Counter> {
        match self.0.families.get(name) {
            Some(Family::Counter(counter)) => counter.get_metric_with_label_values(labels).ok(),
            _ => None,
        }
    }

    /// Everything in the Prometheus text format, version 0.0.4.
    pub fn render(&self) -> String {
        self.look_at_the_process();
        let mut out = Vec::new();
        // Writing into memory fails only for a family without metrics, which the registry does not give.
        let _ = TextEncoder::new().encode(&self.0.registry.gather(), &mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    fn look_at_the_process(&self) {
        if let Some(bytes) = resident_bytes() {
            self.gauge(RESIDENT, &[], bytes);
        }
        if let (Some(seconds), Some(cpu)) = (cpu_seconds(), self.counter(CPU, &[])) {
            cpu.inc_by((seconds - cpu.get()).max(0.0));
        }
    }
}

/// A metric that is no row, or with other labels than its row's, is a mistake in the program: found by tests, and not
/// worth a request.
fn told<T>(name: &str, found: Option<T>) -> Option<T> {
    debug_assert!(found.is_some(), "no metric {name} of this kind with this many labels");
    found
}

impl Family {
    fn open(metric: &Metric, registry: &Registry) -> Self {
        let opts = Opts::new(metric.name, metric.help);
        let ours = "the rows of METRICS are well-formed and differ: a test says so";
        match metric.kind {
            Counter => {
                let family = CounterVec::new(opts, metric.labels).expect(ours);
                registry.register(Box::new(family.clone())).expect(ours);
                Self::Counter(family)
            }
            Gauge => {
                let family = GaugeVec::new(opts, metric.labels).expect(ours);
                registry.register(Box::new(family.clone())).expect(ours);
                Self::Gauge(family)
            }
            Kind::Histogram(bounds) => {
                let opts = HistogramOpts::from(opts).buckets(bounds.to_vec());
                let family = HistogramVec::new(opts, metric.labels).expect(ours);
                registry.register(Box::new(family.clone())).expect(ours);
                Self::Histogram(family)
            }
        }
    }
}

/// The methods of RFC 9110 §9 that we serve; anything else would be a label of a stranger's making.
fn known_method(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// From the system's own account of this process (proc(5)); `None` where there is none.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
    kibibytes.parse::<f64>().ok().map(|kibibytes| kibibytes * 1024.0)
}

fn cpu_seconds() -> Option<f64> {
    /// What Linux counts in, on every machine (times(2)).
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in brackets and may hold anything; user and system time are 12th and 13th after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        for (at, metric) in METRICS.iter().enumerate() {
            let name = metric.name;
            assert!(METRICS[..at].iter().all(|other| other.name != name), "{name} twice");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert_eq!(name.ends_with("_total"), metric.kind == Counter, "{name}");
            assert!(!name.contains("_seconds") || metric.unit == "seconds", "{name}");
            assert!(!metric.help.is_empty() && !metric.help.ends_with('.'), "{name}");
            for personal in ["account", "client", "client_id", "address", "user", "path"] {
                assert!(!metric.labels.contains(&personal), "{name} has a label of too many values");
            }
            if let Kind::Histogram(bounds) = metric.kind {
                assert!(bounds.is_sorted() && metric.unit == "seconds", "{name}");
            }
        }
    }

    #[test]
    fn numbers_are_rendered() {
        let metrics = Metrics::new();
        metrics.request("/token", "POST", 200, 0.004);
        metrics.request("/token", "POST", 204, 0.02);
        metrics.request("/token", "BREW", 418, 0.02);
        metrics.count("sw_mail_total", &["sign_up_code", "sent"]);
        metrics.count("sw_mail_total", &["sign_up_code", "sent"]);
        metrics.gauge("sw_job_queue_depth", &["waiting"], 7.0);
        metrics.observe("sw_password_hash_seconds", &[], 0.03);
        let text = metrics.render();
        for line in [
            "http_server_request_duration_seconds_bucket{method=\"POST\",route=\"/token\",status_class=\"2xx\",le=\"0.005\"} 1",
            "http_server_request_duration_seconds_count{method=\"POST\",route=\"/token\",status_class=\"2xx\"} 2",
            "http_server_request_duration_seconds_count{method=\"other\",route=\"/token\",status_class=\"4xx\"} 1",
            "sw_mail_total{kind=\"sign_up_code\",outcome=\"sent\"} 2",
            "sw_job_queue_depth{state=\"waiting\"} 7",
            "sw_password_hash_seconds_count 1",
            concat!("sw_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\nis not in\n{text}");
        }
        let value = |name: &str| -> f64 {
            text.lines().find_map(|l| l.strip_prefix(name)?.trim().parse().ok()).expect("a number of the process")
        };
        assert!(value("process_resident_memory_bytes ") > 1e6 && value("process_cpu_seconds_total ") >= 0.0);
    }

    #[test]
    #[should_panic(expected = "no metric sw_mail_total")]
    fn labels_are_those_of_the_row() {
        Metrics::new().count("sw_mail_total", &["sign_up_code"]);
    }

    #[test]
    fn a_request_costs_little() {
        let metrics = Metrics::new();
        let start = std::time::Instant::now();
        for n in 0..20_000_u16 {
            metrics.request("/userinfo", "GET", 200 + n % 2, 0.001);
        }
        // Half a microsecond each in a release build; a debug build on a busy machine gets twenty times that.
        assert!(start.elapsed().as_micros() < 20_000 * 10, "{:?}", start.elapsed());
    }
}
