//! One plan from start to end, and what came of it.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Certificate;
use serde_json::Value;

use crate::Result;
use crate::clients;
use crate::house::House;
use crate::identity;
use crate::module::Stage;
use crate::outcome::Outcome;
use crate::plans::{Plan, Plans, matches};
use crate::suite::Suite;

/// What came of a plan.
pub struct Report {
    pub plan: String,
    pub suite_plan: String,
    pub variant: String,
    pub modules: Vec<Line>,
    /// Expectations that met nothing.
    pub unmet: Vec<String>,
    /// Why it could not be run.
    pub trouble: Option<String>,
}

/// What came of a module.
pub struct Line {
    pub module: String,
    pub outcome: Outcome,
    pub complaints: Vec<String>,
    /// Why it is not simply passed, where that is expected.
    pub reason: Option<String>,
    pub is_expected: bool,
}

pub async fn run(
    suite: &Suite,
    plan: &Plan,
    plans: &Plans,
    only: &[String],
    suite_authority: Option<&Path>,
) -> Result<Report> {
    let folder = folder(&plan.name)?;
    let house = House::start(suite, suite_authority, &plan.settings, folder.join("provider.log")).await?;
    let account = clients::open_account(&house, "amina@mail.example")?;
    if plan.document {
        identity::check_document(house.scratch("data"), &account.email).await?;
    }
    let refuser = clients::open_account(&house, "bilal@mail.example")?;
    let config = clients::configure(&house, suite, plan, plans, &account)?;
    let mut authorities = vec![house.certificate()?];
    if let Some(file) = suite_authority {
        authorities.push(Certificate::from_pem(&fs::read(file)?)?);
    }
    let (id, entries) = suite.make_plan(&plan.suite, &plan.variant, &config).await?;
    println!("\n{} ({}), {} modules", plan.name, plan.suite, entries.len());
    let stage = Stage {
        suite,
        house: &house,
        account: &account,
        refuser: &refuser,
        authorities,
        plan: id,
        folder: folder.clone(),
    };
    let mut report = Report::new(plan);
    for entry in &entries {
        if !only.is_empty() && !only.iter().any(|pattern| matches(pattern, &entry.module)) {
            continue;
        }
        let name = entry.name(&entries);
        let ended = stage.run(entry).await?;
        fs::write(folder.join(format!("{name}.json")), Value::Array(ended.log).to_string())?;
        let expected = plans.expectation(&plan.name, &name);
        let line = Line {
            is_expected: ended.outcome == expected.map_or(Outcome::Passed, |one| one.outcome),
            reason: expected.map(|one| one.reason.clone()),
            module: name,
            outcome: ended.outcome,
            complaints: ended.complaints,
        };
        line.print();
        report.modules.push(line);
    }
    if only.is_empty() {
        let of_plan = plans.expect.iter().filter(|one| one.plan == plan.name);
        let is_met = |module: &str| report.modules.iter().any(|line| matches(module, &line.module));
        report.unmet = of_plan.map(|one| one.module.clone()).filter(|module| !is_met(module)).collect();
    }
    Ok(report)
}

/// Where logs of a plan are kept.
fn folder(plan: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("conformance").join(plan);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Report {
    fn new(plan: &Plan) -> Self {
        let variant: Vec<String> = plan.variant.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            plan: plan.name.clone(),
            suite_plan: plan.suite.clone(),
            variant: variant.join(", "),
            modules: Vec::new(),
            unmet: Vec::new(),
            trouble: None,
        }
    }

    /// Of a plan that could not be run to its end.
    pub fn broken(plan: &Plan, trouble: String) -> Self {
        Self { trouble: Some(trouble), ..Self::new(plan) }
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.modules.iter().filter(|line| line.outcome == outcome).count()
    }

    pub fn is_as_expected(&self) -> bool {
        self.trouble.is_none() && self.unmet.is_empty() && self.modules.iter().all(|line| line.is_expected)
    }

    /// What is not as expected, in full.
    pub fn print(&self) {
        if let Some(trouble) = &self.trouble {
            println!("\n{}: {trouble}", self.plan);
        }
        for module in &self.unmet {
            println!("  expected of {module}, which the plan does not have");
        }
    }

    pub fn print_line(&self) {
        let counts: Vec<String> = Outcome::ALL
            .iter()
            .map(|outcome| (outcome, self.count(*outcome)))
            .filter(|(_, count)| *count > 0)
            .map(|(outcome, count)| format!("{count} {}", outcome.name()))
            .collect();
        let verdict = if self.is_as_expected() { "as expected" } else { "SURPRISES" };
        println!("{:<28} {:>3} modules: {:<60} {verdict}", self.plan, self.modules.len(), counts.join(", "));
    }
}

impl Line {
    fn print(&self) {
        let mark = if self.is_expected { ' ' } else { '!' };
        println!("{mark} {:<12} {}", self.outcome.name(), self.module);
        if !self.is_expected {
            self.complaints.iter().for_each(|line| println!("      {line}"));
        }
    }
}
