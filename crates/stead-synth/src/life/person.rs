//! Who somebody is: birthday, sex, marriage and homes.
//!
//! Citizens come in pairs of numbers (2k, 2k + 1): where the first is married and lives in the town the second is the husband
//! or wife, else an unmarried person; so couples share homes and weddings while ages stay as published.

use stead_rules::{Day, MaritalStatus, Sex};

use super::{Home, Life};
use crate::names::Name;
use crate::published::{MOVES_PER_YEAR, YEARS_SINCE_DIVORCE, at_band, band_of, marital_shares};
use crate::random::{DAYS_PER_YEAR, Random, Stream, scatter};
use crate::world::{Cell, NOWHERE, World};

/// Share of citizens who came to the town within ten years, and who left it: assumptions.
const ARRIVED_IN_TEN_YEARS: f64 = 0.05;
const LEFT_IN_TEN_YEARS: f64 = 0.015;

/// A day within the years after it.
pub(super) fn years_after(day: Day, years: f64) -> Day {
    day.plus_days((years * DAYS_PER_YEAR) as i32)
}

pub(super) fn years_between(from: Day, to: Day) -> f64 {
    f64::from(to.epoch_days() - from.epoch_days()) / DAYS_PER_YEAR
}

/// The check digit that a real number of these nine digits would have; `None` where there is no real number of them.
///
/// Source: NHS Data Dictionary, NHS number, modulus 11.
pub fn right_check_digit(nine_digits: u64) -> Option<u64> {
    let (mut rest, mut sum) = (nine_digits, 0);
    for weight in 2..=10 {
        sum += rest % 10 * weight;
        rest /= 10;
    }
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// Up to this many citizens have numbers of their own.
pub const NUMBERS: u64 = 100_000_000;

/// The shared number of a citizen: it begins with 9, differs from everybody else's, and its check digit is wrong.
pub fn national_number(seed: u64, index: u64) -> u64 {
    // 61,234,567 has no factor in common with 100,000,000, so that different citizens get different numbers.
    let eight = (index % NUMBERS * 61_234_567 + scatter(seed) % NUMBERS) % NUMBERS;
    let nine = 900_000_000 + eight;
    let digit = match right_check_digit(nine) {
        Some(right) => (right + 1 + eight % 9) % 10,
        None => eight % 10,
    };
    nine * 10 + digit
}

/// Whose number that is, among the first [`NUMBERS`] citizens.
pub fn holder(seed: u64, number: u64) -> u64 {
    // 61,234,567 × 70,958,903 leaves 1 when divided by 100,000,000 (a test holds them to it).
    (number / 10 % NUMBERS + NUMBERS - scatter(seed) % NUMBERS) % NUMBERS * 70_958_903 % NUMBERS
}

pub(super) fn blank(world: &World, index: u64, sex: Sex, born: Day) -> Life {
    let mut names = Random::new(world.seed, index, Stream::Town);
    Life {
        index,
        national_number: national_number(world.seed, index),
        name: Name::of(names.bits(), sex),
        sex,
        born,
        died: None,
        homes: Vec::with_capacity(4),
        registrations: Vec::with_capacity(4),
        marital: Vec::new(),
        conditions: Vec::new(),
        records: Vec::with_capacity(4),
        contacts: Vec::with_capacity(64),
        diagnoses: Vec::new(),
        measurements: Vec::new(),
        procedures: Vec::new(),
        prescriptions: Vec::new(),
        coordinator: None,
    }
}

/// Everything about a citizen that does not depend on illness and care.
pub fn person(seed: u64, index: u64, world: &World) -> Life {
    let mut random = Random::new(seed, index, Stream::Person);
    let dead = random.chance(world.dead_share);
    let first = index.checked_sub(1).filter(|first| first % 2 == 0 && !dead);
    let first = match first {
        Some(0) => Some(super::essay::person(world)),
        Some(first) => Some(person(seed, first, world)),
        None => None,
    };
    let first = first.filter(Life::is_alive);
    match &first {
        Some(first) if is_married(first) => spouse(first, index, world, &mut random),
        Some(_) => single(index, world, &mut random, dead, true),
        None => single(index, world, &mut random, dead, false),
    }
}

fn is_married(life: &Life) -> bool {
    matches!(life.marital_status(), Some(MaritalStatus::Married | MaritalStatus::Separated))
}

/// Somebody drawn by themselves: `unmarried` draws until it is somebody who is not married.
fn single(index: u64, world: &World, random: &mut Random, dead: bool, unmarried: bool) -> Life {
    for _ in 0..100 {
        let cell = world.draw(dead, random);
        let reference = if dead { day_between(world.first_day, world.last_day, random) } else { world.last_day };
        let born = birthday(cell, reference, random);
        let mut life = blank(world, index, cell.sex, born);
        life.died = dead.then_some(reference);
        life.marital = marital(&life, reference, random);
        if unmarried && is_married(&life) {
            continue;
        }
        life.homes = homes(world, born, reference, cell.area, random);
        return life;
    }
    blank(world, index, Sex::Female, world.first_day)
}

fn spouse(first: &Life, index: u64, world: &World, random: &mut Random) -> Life {
    let sex = if first.sex == Sex::Male { Sex::Female } else { Sex::Male };
    let older = if sex == Sex::Male { 2.0 } else { -2.0 };
    let days = ((older + 3.5 * random.normal()) * DAYS_PER_YEAR) as i32;
    let wedding = first.marital.first().map_or(world.last_day, |(day, _)| *day);
    // Nobody marries before 18 or lives past 104.
    let born = first.born.plus_days(-days).min(wedding.plus_years(-18)).max(world.last_day.plus_years(-104));
    let mut life = blank(world, index, sex, born);
    life.marital.clone_from(&first.marital);
    life.homes.clone_from(&first.homes);
    if let Some(home) = life.homes.first_mut() {
        home.from = home.from.max(born);
    }
    life
}

fn day_between(from: Day, to: Day, random: &mut Random) -> Day {
    from.plus_days(random.below((to.epoch_days() - from.epoch_days()).max(1) as usize) as i32)
}

fn birthday(cell: Cell, reference: Day, random: &mut Random) -> Day {
    let young = random.fraction() * 5.0;
    let old = (random.gap_days(0.4) / DAYS_PER_YEAR).min(14.0);
    let within = if cell.band == 18 { old } else { young };
    let age = (cell.band as f64 * 5.0 + within) * DAYS_PER_YEAR;
    reference.plus_days(-(age as i32))
}

/// Draws the legal status by age and sex, then when it came about.
fn marital(life: &Life, reference: Day, random: &mut Random) -> Vec<(Day, MaritalStatus)> {
    let age = years_between(life.born, reference);
    let [single, married, divorced] = marital_shares(band_of(age as u16), life.sex);
    let at = random.fraction();
    if age < 20.0 || at < single {
        return living_together(life.born, age, reference, random);
    }
    let wedding_age = |latest: f64, random: &mut Random| (29.0 + 5.5 * random.normal()).clamp(18.1, latest.max(18.2));
    if at < single + married {
        let wedding = years_after(life.born, wedding_age(age - 0.1, random));
        let mut statuses = vec![(wedding.min(reference.plus_days(-1)), MaritalStatus::Married)];
        if random.chance(0.015) {
            let parted = reference.plus_days(-(random.gap_days(1.0) as i32).min(700));
            statuses.push((parted.max(wedding.plus_days(30)).min(reference), MaritalStatus::Separated));
        }
        return statuses;
    }
    let (ended, mean_years) = if at < single + married + divorced {
        (MaritalStatus::Divorced, YEARS_SINCE_DIVORCE)
    } else {
        (MaritalStatus::Widowed, 9.0)
    };
    let longest = (age - 22.0).max(0.5);
    let mut since = random.gap_days(1.0 / mean_years) / DAYS_PER_YEAR;
    if since > longest {
        since = longest * random.fraction();
    }
    let ended_age = age - since;
    let wedding = years_after(life.born, wedding_age(ended_age - 1.5, random));
    let end = reference.plus_days(-((since * DAYS_PER_YEAR) as i32));
    vec![(wedding, MaritalStatus::Married), (end.max(wedding.plus_days(200)).min(reference), ended)]
}

/// Legally single people who share a home with a partner: an assumption (a fifth of them from 22 to 60).
fn living_together(born: Day, age: f64, reference: Day, random: &mut Random) -> Vec<(Day, MaritalStatus)> {
    if !(22.0..60.0).contains(&age) || !random.chance(0.2) {
        return Vec::new();
    }
    let since = years_after(born, 20.0 + (age - 20.0) * random.fraction());
    vec![(since.min(reference), MaritalStatus::Partnered)]
}

/// Homes, worked out backwards from the last one.
fn homes(world: &World, born: Day, last: Day, area: u32, random: &mut Random) -> Vec<Home> {
    let mut homes = Vec::with_capacity(4);
    let (mut area, mut to) = (area, Day::FOREVER);
    loop {
        let until = to.min(last);
        let band = band_of(years_between(born, until).max(0.0) as u16);
        let gap = random.gap_days(at_band(&MOVES_PER_YEAR, band)) as i32;
        let from = until.plus_days(-gap.max(20)).max(born);
        homes.push(Home { from, to, area, dwelling: dwelling(world, area, random) });
        if from <= born || from <= world.first_day {
            break;
        }
        to = from;
        area = another_area(world, area, random);
    }
    homes.reverse();
    let years = f64::from(world.history.years()) / 10.0;
    let earliest = world.first_day.max(born).plus_days(1);
    if random.chance(ARRIVED_IN_TEN_YEARS * years) {
        arrive(&mut homes, day_between(earliest, last, random));
    } else if random.chance(LEFT_IN_TEN_YEARS * years) {
        leave(&mut homes, day_between(earliest, last, random));
    }
    homes
}

fn arrive(homes: &mut Vec<Home>, day: Day) {
    let kept = homes.iter().position(|home| home.to > day).unwrap_or(0);
    homes.drain(..kept);
    if let Some(home) = homes.first_mut() {
        home.from = home.from.max(day);
    }
}

/// After leaving, the last home lies outside the town.
fn leave(homes: &mut Vec<Home>, day: Day) {
    homes.retain(|home| home.from < day);
    if let Some(home) = homes.last_mut() {
        home.to = day;
        homes.push(Home { from: day, to: Day::FOREVER, area: NOWHERE, dwelling: 0 });
    }
}

pub(super) fn dwelling(world: &World, area: u32, random: &mut Random) -> u32 {
    random.below(world.home(area).map_or(1, |home| home.dwellings as usize)) as u32
}

/// Three moves in five are to the neighbourhood (an assumption).
fn another_area(world: &World, area: u32, random: &mut Random) -> u32 {
    if random.chance(0.6) {
        let near = world.home(area).and_then(|home| random.one_of(&home.neighbours)).copied();
        return near.unwrap_or(area);
    }
    world.draw(false, random).area
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_whose_it_is() {
        for seed in [1, 7, u64::MAX] {
            for index in [0, 1, 2, 999, 1_000_000, 61_234_567, 99_999_999] {
                assert_eq!(holder(seed, national_number(seed, index)), index);
            }
        }
    }
}
