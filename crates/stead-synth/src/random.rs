//! Chance, the same on every machine.
//!
//! Every citizen has streams of their own, started from the town's seed and the citizen's number, so that a life does not
//! depend on which thread makes it or on who came before. Only additions, multiplications, divisions and square roots are
//! used, which are exact everywhere; logarithm and exponential are worked out here rather than by the system's library.

/// Weyl increment of SplitMix64. Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Mean length of a year, in days.
pub const DAYS_PER_YEAR: f64 = 365.25;

/// One stream of chance: SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

/// What a stream is used for. Streams of one citizen are independent of one another.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Who somebody is and where they live.
    Person = 1,
    /// Illness and care.
    Care = 2,
    /// Which organisation holds which record, with which faults.
    Records = 3,
    /// Things of the town itself: professionals' names, dwellings.
    Town = 4,
}

/// SplitMix64's output function: scatters the bits of a number.
pub const fn scatter(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

impl Random {
    /// The stream of a citizen (or of another numbered thing).
    pub const fn new(seed: u64, number: u64, stream: Stream) -> Self {
        let key = scatter(seed.wrapping_add(GOLDEN)) ^ scatter(number.wrapping_mul(GOLDEN).wrapping_add(stream as u64));
        Self(scatter(key))
    }

    /// 64 even bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scatter(self.0)
    }

    /// An even number from 0 up to, not including, 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// An even whole number below `limit`; 0 when that is 0.
    pub const fn below(&mut self, limit: usize) -> usize {
        ((self.bits() as u128 * limit as u128) >> 64) as usize
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// Nearly a normal number with mean 0 and standard deviation 1: the sum of four even ones (Irwin–Hall), within ±3.46.
    pub const fn normal(&mut self) -> f64 {
        let bits = self.bits();
        let sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        (sum as f64 / 65_536.0 - 2.0) * 1.732_050_807_568_877_2
    }

    /// Days until the next of events that come `per_year` times a year, evenly (a Poisson process); at most 400 years.
    pub fn gap_days(&mut self, per_year: f64) -> f64 {
        if per_year <= 0.0 {
            return 400.0 * DAYS_PER_YEAR;
        }
        (-natural_logarithm(1.0 - self.fraction()) / per_year * DAYS_PER_YEAR).min(400.0 * DAYS_PER_YEAR)
    }

    /// One of `choices`, all alike.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }
}

/// ln(x) for x in (0, 1], to about 12 digits: ln 2 times the exponent, and the series of artanh for the rest.
pub fn natural_logarithm(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as f64 - 1022.0;
    let mantissa = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FE0_0000_0000_0000);
    let (mantissa, exponent) = if mantissa < std::f64::consts::FRAC_1_SQRT_2 {
        (mantissa * 2.0, exponent - 1.0)
    } else {
        (mantissa, exponent)
    };
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let z2 = z * z;
    let series = 1.0 + z2 * (1.0 / 3.0 + z2 * (0.2 + z2 * (1.0 / 7.0 + z2 * (1.0 / 9.0 + z2 * (1.0 / 11.0)))));
    exponent * std::f64::consts::LN_2 + 2.0 * z * series
}

/// e to the power x, for |x| up to about 20: the series for a small part, squared back up.
pub fn exponential(x: f64) -> f64 {
    let small = x / 256.0;
    let mut value = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0)));
    for _ in 0..8 {
        value *= value;
    }
    value
}

/// The number below which a normal variable stays with this probability.
/// Source: Abramowitz & Stegun 1964, formula 26.2.23 (error below 0.00045).
pub fn normal_quantile(probability: f64) -> f64 {
    let upper = probability > 0.5;
    let tail = if upper { 1.0 - probability } else { probability }.max(1e-9);
    let t = (-2.0 * natural_logarithm(tail)).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let size = t - top / bottom;
    if upper { size } else { -size }
}

/// Draws one of many weighted things in constant time. Source: Walker's alias method in Vose's form (1991).
#[derive(Clone, Debug)]
pub struct Lottery {
    slots: Vec<(f64, u32)>,
}

impl Lottery {
    /// A lottery over `weights`; `None` when none of them is above zero.
    pub fn new(weights: &[f64]) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let mean = total / weights.len() as f64;
        let mut slots: Vec<(f64, u32)> =
            weights.iter().enumerate().map(|(at, weight)| (weight / mean, at as u32)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..slots.len()).partition(|&at| slots.get(at).is_some_and(|slot| slot.0 < 1.0));
        while let (Some(poor), Some(rich)) = (small.pop(), large.last().copied()) {
            let missing = slots.get_mut(poor).map_or(0.0, |slot| {
                slot.1 = rich as u32;
                1.0 - slot.0
            });
            let left = slots.get_mut(rich).map_or(0.0, |slot| {
                slot.0 -= missing;
                slot.0
            });
            if left < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        for at in small.into_iter().chain(large) {
            if let Some(slot) = slots.get_mut(at) {
                *slot = (1.0, at as u32);
            }
        }
        Some(Self { slots })
    }

    /// The number of the thing drawn.
    pub fn draw(&self, random: &mut Random) -> usize {
        let at = random.below(self.slots.len());
        let share = random.fraction();
        self.slots.get(at).map_or(0, |&(keep, other)| if share < keep { at } else { other as usize })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_agree_with_the_library() {
        for step in 1..=1000 {
            let x = f64::from(step) / 1000.0;
            assert!((natural_logarithm(x) - x.ln()).abs() < 1e-9, "ln {x}");
            assert!((exponential(x * 8.0 - 4.0) / (x * 8.0 - 4.0).exp() - 1.0).abs() < 1e-6, "exp {x}");
        }
    }

    #[test]
    fn a_lottery_draws_by_weight() {
        let lottery = Lottery::new(&[1.0, 0.0, 3.0, 6.0]).unwrap();
        let mut random = Random::new(1, 2, Stream::Town);
        let mut drawn = [0_u32; 4];
        for _ in 0..100_000 {
            drawn[lottery.draw(&mut random)] += 1;
        }
        assert_eq!(drawn[1], 0);
        for (count, share) in drawn.iter().zip([0.1, 0.0, 0.3, 0.6]) {
            assert!((f64::from(*count) / 100_000.0 - share).abs() < 0.01);
        }
        assert!(Lottery::new(&[0.0]).is_none());
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut random = Random::new(7, 0, Stream::Care);
        let numbers: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = numbers.iter().sum::<f64>() / 1e5;
        let variance = numbers.iter().map(|n| n * n).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
        assert!((normal_quantile(0.975) - 1.96).abs() < 0.001);
    }
}
