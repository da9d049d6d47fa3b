//! In Redis: one multiplexed connection for plain commands, a pool for those that decide something.
//!
//! Every operation answers or fails within half a second, and connections come back by themselves. Redis is never
//! asked twice for what it may have done already, except where that only makes an answer stricter.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bb8_redis::RedisConnectionManager;
use bb8_redis::bb8::{ManageConnection, Pool, RunError};
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::io::tcp::TcpSettings;
use redis::{Client, Cmd, ConnectionInfo, FromRedisValue, IntoConnectionInfo, RedisError};

use super::{Cell, Counted, Key, Seals, whole_seconds};
use crate::base::{Fault, Seconds};

/// How long an operation may take, with everything in it.
const LIMIT: Duration = Duration::from_millis(500);
/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_millis(400);
/// The longest wait between two tries to connect again.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long sent bytes may stay unacknowledged before a connection counts as cut.
#[cfg(target_os = "linux")]
const SILENCE: Duration = Duration::from_secs(2);
/// The most pooled connections.
const POOL: u32 = 8;

/// Grants up to ARGV[3] calls of a rate, by the server's own clock; see [`Cell`] for ARGV[1] and ARGV[2].
/// Gives how many, and else after how many microseconds the next one is free.
const COUNT: &str = "local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local interval, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
    local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
    local free = math.min(math.floor((now + ahead - paid) / interval), tonumber(ARGV[3]))
    if free < 1 then return {0, paid + interval - ahead - now} end
    paid = paid + free * interval
    redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil((paid - now) / 1000))
    return {free, 0}";

/// A Redis server. Cheap to clone.
#[derive(Clone)]
pub struct Redis {
    seals: Seals,
    shared: ConnectionManager,
    pool: Pool<Connections>,
}

impl Redis {
    pub(super) fn open(url: &str, seals: Seals) -> Result<Self, Fault> {
        let attempted = "read the Redis URL";
        // The error of a URL may quote it, and with it a password.
        let info = url.into_connection_info().map_err(|_| Fault::broken(attempted))?.set_tcp_settings(tcp());
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_LIMIT))
            .set_response_timeout(Some(LIMIT))
            .set_min_delay(Duration::from_millis(20))
            .set_max_delay(LONGEST_PAUSE)
            .set_number_of_retries(2);
        let client = Client::open(info.clone()).map_err(|e| Fault::internal(attempted, e))?;
        let shared =
            ConnectionManager::new_lazy_with_config(client, config).map_err(|e| Fault::internal(attempted, e))?;
        let pool = Pool::builder()
            .max_size(POOL)
            .connection_timeout(CONNECT_LIMIT)
            .test_on_check_out(false)
            .build_unchecked(Connections::to(info).map_err(|e| Fault::internal(attempted, e))?);
        Ok(Self { seals, shared, pool })
    }

    pub(super) fn seals(&self) -> &Seals {
        &self.seals
    }

    pub(super) async fn put(&self, key: Key, value: &[u8], lifetime: Seconds) -> Result<(), Fault> {
        let mut cmd = redis::cmd("SET");
        cmd.arg(name(key)).arg(value).arg("EX").arg(lifetime.0.max(1));
        self.shared(&cmd, "put a thing into Redis").await
    }

    pub(super) async fn find(&self, key: Key) -> Result<Option<Vec<u8>>, Fault> {
        self.shared(redis::cmd("GET").arg(name(key)), "find a thing in Redis").await
    }

    pub(super) async fn take(&self, key: Key) -> Result<Option<Vec<u8>>, Fault> {
        self.pooled(redis::cmd("GETDEL").arg(name(key)), "take a thing from Redis").await
    }

    pub(super) async fn remove(&self, key: Key) -> Result<(), Fault> {
        self.shared(redis::cmd("DEL").arg(name(key)), "remove a thing from Redis").await
    }

    pub(super) async fn count(&self, key: Key, cell: Cell, most: u32) -> Result<Counted, Fault> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(COUNT).arg(1).arg(name(key)).arg(cell.interval).arg(cell.ahead).arg(most);
        let (granted, wait): (u32, i64) = self.pooled(&cmd, "count in Redis").await?;
        Ok(if granted > 0 { Counted::Granted(granted) } else { Counted::Wait(whole_seconds(wait)) })
    }

    pub(super) async fn ping(&self) -> Result<(), Fault> {
        self.shared(&redis::cmd("PING"), "ping Redis").await
    }

    /// Runs a command that may be run twice on the connection that everyone shares.
    async fn shared<T: FromRedisValue>(&self, cmd: &Cmd, attempted: &'static str) -> Result<T, Fault> {
        in_time(attempted, async {
            let mut shared = self.shared.clone();
            match cmd.query_async(&mut shared).await {
                // It is made anew when it is next asked.
                Err(error) if is_lost(&error) => cmd.query_async(&mut shared).await,
                answer => answer,
            }
        })
        .await
    }

    /// Runs a command on a connection of its own. Of those that lay idle some may have been cut: they are put away.
    async fn pooled<T: FromRedisValue>(&self, cmd: &Cmd, attempted: &'static str) -> Result<T, Fault> {
        in_time(attempted, async {
            for _ in 0..POOL {
                match self.on_one(cmd).await {
                    Err(error) if is_lost(&error) => {}
                    answer => return answer,
                }
            }
            self.on_one(cmd).await
        })
        .await
    }

    async fn on_one<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, RedisError> {
        let mut connection = self.pool.get().await.map_err(|error| match error {
            RunError::User(error) => error,
            RunError::TimedOut => std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
        })?;
        // Stays marked when the wait for the answer is given up.
        connection.is_broken = true;
        let answer = cmd.query_async(&mut connection.inner).await;
        connection.is_broken = answer.as_ref().is_err_and(RedisError::is_io_error);
        answer
    }
}

fn tcp() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(SILENCE);
    settings
}

/// `sw:<kind>:<SHA-256 of the identifier>`: the identifier itself is never sent.
fn name(key: Key) -> String {
    format!("sw:{}:{}", key.kind, URL_SAFE_NO_PAD.encode(key.id))
}

fn is_lost(error: &RedisError) -> bool {
    error.is_connection_dropped() || error.is_connection_refusal()
}

async fn in_time<T>(attempted: &'static str, work: impl Future<Output = Result<T, RedisError>>) -> Result<T, Fault> {
    match tokio::time::timeout(LIMIT, work).await {
        Ok(answer) => answer.map_err(|error| Fault::unavailable(attempted, error)),
        Err(elapsed) => Err(Fault::unavailable(attempted, elapsed)),
    }
}

/// Makes the pool's connections; unlike bb8-redis itself it tells the pool which of them are broken.
struct Connections {
    redis: RedisConnectionManager,
}

struct Pooled {
    inner: MultiplexedConnection,
    is_broken: bool,
}

impl Connections {
    fn to(info: ConnectionInfo) -> Result<Self, RedisError> {
        Ok(Self { redis: RedisConnectionManager::new(info)? })
    }
}

impl ManageConnection for Connections {
    type Connection = Pooled;
    type Error = RedisError;

    async fn connect(&self) -> Result<Pooled, RedisError> {
        Ok(Pooled { inner: self.redis.connect().await?, is_broken: false })
    }

    async fn is_valid(&self, connection: &mut Pooled) -> Result<(), RedisError> {
        self.redis.is_valid(&mut connection.inner).await
    }

    fn has_broken(&self, connection: &mut Pooled) -> bool {
        connection.is_broken
    }
}
