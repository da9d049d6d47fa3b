//! The seats of a server: how many connections there are at once, and how many of them one address has.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The most connections of one server, all listeners together; more wait in the kernel's queue.
const MOST: u32 = 8192;
/// The most of them that one address has: who opens connections and says nothing takes no seat from anybody else.
const MOST_OF_ONE: u32 = MOST / 4;

/// Counts connections; cheap to clone.
#[derive(Clone)]
pub struct Seats {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<IpAddr, u32>>>,
    /// Everybody's connections come from these, so they are not counted.
    proxies: Arc<[IpNet]>,
}

/// A place for one connection. Which address it is for is said once the connection is there.
pub struct Free {
    permit: OwnedSemaphorePermit,
    seats: Seats,
}

/// The place of one connection, until it is dropped.
pub struct Seat {
    _permit: OwnedSemaphorePermit,
    seats: Seats,
    subscriber: IpAddr,
}

impl Seats {
    pub fn new(proxies: &[IpNet]) -> Self {
        Self { all: Arc::new(Semaphore::new(MOST as usize)), taken: Arc::default(), proxies: proxies.into() }
    }

    /// Waits for a place.
    pub async fn free(&self) -> Option<Free> {
        let permit = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Free { permit, seats: self.clone() })
    }

    /// Waits until all are free; how many are still taken after `limit`.
    pub async fn all_free(&self, limit: Duration) -> usize {
        match timeout(limit, self.all.acquire_many(MOST)).await {
            Ok(_) => 0,
            Err(_) => MOST as usize - self.all.available_permits(),
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Free {
    /// Takes the place for an address; `None` where it has its share.
    pub fn take(self, address: IpAddr) -> Option<Seat> {
        let (permit, seats, subscriber) = (self.permit, self.seats, subscriber(address));
        if !seats.proxies.iter().any(|net| net.contains(&address.to_canonical())) {
            let mut taken = seats.taken();
            let count = taken.entry(subscriber).or_default();
            if *count >= MOST_OF_ONE {
                return None;
            }
            *count += 1;
        }
        Some(Seat { _permit: permit, seats, subscriber })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.seats.taken().entry(self.subscriber) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// One subscriber has a whole /64 of IPv6.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_takes_the_seats_of_others() {
        let seats = Seats::new(&["10.0.0.0/8".parse().unwrap()]);
        let take = async |address: &str| seats.free().await.unwrap().take(address.parse().unwrap());
        let mut own = Vec::new();
        for _ in 0..MOST_OF_ONE {
            own.push(take("2001:db8::1").await.expect("a share"));
        }
        assert!(take("2001:db8::2").await.is_none(), "of the same /64");
        assert!(take("2001:db8:0:1::1").await.is_some() && take("192.0.2.1").await.is_some());
        let mut proxied = Vec::new();
        for _ in 0..=MOST_OF_ONE {
            proxied.push(take("10.1.2.3").await.expect("a proxy has no share"));
        }
        own.pop();
        assert!(take("2001:db8::2").await.is_some());
        drop((own, proxied));
        assert!(seats.taken().is_empty(), "nothing is kept of those who left");
        assert_eq!(seats.all_free(Duration::from_secs(1)).await, 0);
    }
}
