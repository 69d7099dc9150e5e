//! What waits for the host, by a number instead of a handle: JavaScript has nothing to free, also where a request ends
//! before its answer.

use crate::vocabulary::UnixTime;

/// How many may wait at once.
const PLACES: u32 = 4_096;
/// In seconds: what has waited for longer belongs to a request that was cut off, and gives way.
const LONGEST_WAIT: u64 = 10;

/// Bounded: where all places are taken, whoever comes is turned away, and nobody who waits.
#[derive(Debug)]
pub(super) struct Tickets<T> {
    /// By the remainder of the number before. What comes first is answered first, so the next place is the one that was
    /// taken longest ago.
    places: Vec<Option<Waiting<T>>>,
    last: u32,
}

#[derive(Debug)]
struct Waiting<T> {
    number: u32,
    since: UnixTime,
    /// Boxed, because most places are empty.
    pending: Box<T>,
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self { places: Vec::new(), last: 0 }
    }
}

impl<T> Tickets<T> {
    /// Keeps `pending` under the number that is answered.
    ///
    /// # Errors
    /// `pending`, where there is no place.
    pub(super) fn keep(&mut self, pending: Box<T>, now: UnixTime) -> Result<u32, Box<T>> {
        let number = self.last.wrapping_add(1);
        let place = place(number);
        if self.places.is_empty() {
            self.places.resize_with(PLACES as usize, || None);
        }
        match self.places.get_mut(place) {
            Some(taken) if taken.as_ref().is_none_or(|waiting| waiting.is_abandoned(now)) => {
                *taken = Some(Waiting { number, since: now, pending });
                self.last = number;
                Ok(number)
            }
            _ => Err(pending),
        }
    }

    /// What was kept under `number`, once, unless it has given way.
    pub(super) fn take(&mut self, number: u32) -> Option<Box<T>> {
        let place = self.places.get_mut(place(number))?;
        place.take_if(|waiting| waiting.number == number).map(|waiting| waiting.pending)
    }

    /// What is kept under `number`.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let waiting = self.places.get(place(number))?.as_ref()?;
        Some(waiting.pending.as_ref()).filter(|_| waiting.number == number)
    }
}

impl<T> Waiting<T> {
    /// A clock that went back says nothing of how long it was.
    fn is_abandoned(&self, now: UnixTime) -> bool {
        now < self.since || now.since(self.since) > LONGEST_WAIT
    }
}

fn place(number: u32) -> usize {
    (number % PLACES) as usize
}
