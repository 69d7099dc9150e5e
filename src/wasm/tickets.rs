//! What waits for the host, by a number instead of a handle: JavaScript has nothing to free, also where a request ends
//! before its answer.

/// How many may wait at once. A request that is cut off leaves its place to whoever comes that much later.
const PLACES: u32 = 1_024;

/// Bounded: what nobody came back for gives way to what comes later.
#[derive(Debug)]
pub(super) struct Tickets<T> {
    /// By the remainder of the number before.
    waiting: Vec<(u32, Option<T>)>,
    last: u32,
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self { waiting: Vec::new(), last: 0 }
    }
}

impl<T> Tickets<T> {
    /// Keeps `pending` under the number that is answered.
    pub(super) fn keep(&mut self, pending: T) -> u32 {
        self.last = self.last.wrapping_add(1);
        let place = (self.last % PLACES) as usize;
        while self.waiting.len() <= place {
            self.waiting.push((0, None));
        }
        if let Some(waiting) = self.waiting.get_mut(place) {
            *waiting = (self.last, Some(pending));
        }
        self.last
    }

    /// What was kept under `number`, once, unless it has given way.
    pub(super) fn take(&mut self, number: u32) -> Option<T> {
        let (own, pending) = self.waiting.get_mut((number % PLACES) as usize)?;
        if *own == number { pending.take() } else { None }
    }

    /// What is kept under `number`.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let (own, pending) = self.waiting.get((number % PLACES) as usize)?;
        pending.as_ref().filter(|_| *own == number)
    }
}
