//! Falling ill: which conditions a citizen has and when they began.

use stead_rules::{Day, Sex};

use super::care::Care;
use super::person::{years_after, years_between};
use super::{Life, Onset};
use crate::condition::{CONDITIONS, Condition, FRAILTY, Facts};
use crate::published::{at_band, band_of};
use crate::random::Random;

/// Those who die are likelier to have been ill, at the same age (an assumption).
const DYING_FACTOR: f64 = 1.6;

/// Gives the citizen their conditions.
pub fn fall_ill(care: &mut Care<'_>) {
    let (world, decile) = (care.world, care.decile);
    let frailty = care.frailty;
    let (life, random) = (&mut care.life, &mut care.random);
    let last = life.last_day(world);
    let age = years_between(life.born, last).max(0.0);
    let dying = if life.died.is_some() { DYING_FACTOR } else { 1.0 };
    for facts in CONDITIONS.iter().filter(|facts| facts.prevalence > 0.0) {
        let chance = world.prevalence.chance(facts, band_of(age as u16), life.sex, decile, frailty);
        let both_types = facts.condition == Condition::Type2Diabetes && life.had(Condition::Type1Diabetes, last);
        if random.chance((chance * dying).min(0.95)) && !both_types {
            let from = onset(facts, life.born, age, random);
            life.conditions.push(Onset { condition: facts.condition, from, to: None });
        }
    }
    complications(life, age, last, random);
    for onset in &mut life.conditions {
        // A third of depressions are over (an assumption).
        if onset.condition == Condition::Depression && random.chance(0.33) {
            let end = years_after(onset.from, 0.5 + 3.0 * random.fraction());
            onset.to = (end < last).then_some(end);
        }
    }
}

/// How frail the citizen is: one of three levels.
pub fn frailty(random: &mut Random) -> f64 {
    let mut at = random.fraction();
    for (level, share) in FRAILTY {
        if at < share {
            return level;
        }
        at -= share;
    }
    1.0
}

/// The age at which it began, such that at every younger age as many had it already as its shape by age says.
fn onset(facts: &Facts, born: Day, age: f64, random: &mut Random) -> Day {
    let now = at_band(&facts.shape, band_of(age as u16));
    let reached = now * random.fraction();
    let band = facts.shape.iter().position(|&level| level >= reached).unwrap_or(0) as f64;
    let latest = age.min(band * 5.0 + 5.0);
    years_after(born, band * 5.0 + (latest - band * 5.0).max(0.0) * random.fraction())
}

/// What follows from diabetes and old age. Shares are assumptions after the sources in `docs/made-up-town.md`.
fn complications(life: &mut Life, age: f64, last: Day, random: &mut Random) {
    let diabetes = life.conditions.iter().find(|onset| onset.condition.is_diabetes()).copied();
    if let Some(diabetes) = diabetes {
        let years = years_between(diabetes.from, last);
        let type_1 = diabetes.condition == Condition::Type1Diabetes;
        let retinopathy = if type_1 { 0.022 * years } else { 0.05 + 0.018 * years };
        let latest = if type_1 { 0.70 } else { 0.45 };
        let wanted = [
            (Condition::DiabeticRetinopathy, retinopathy.min(latest)),
            (Condition::DiabeticNeuropathy, (0.03 + 0.009 * years).min(0.3)),
            (Condition::DiabeticFootUlcer, (0.006 * years).min(0.09)),
        ];
        for (condition, chance) in wanted {
            if years > 1.0 && random.chance(chance) {
                let from = years_after(diabetes.from, years * (0.35 + 0.65 * random.fraction()));
                life.conditions.push(Onset { condition, from, to: None });
            }
        }
    }
    let retinopathy = life.conditions.iter().find(|onset| onset.condition == Condition::DiabeticRetinopathy).copied();
    let by_age = match age {
        young if young < 65.0 => 0.002,
        old if old < 80.0 => 0.03,
        _ => 0.13,
    };
    let sight = by_age + if retinopathy.is_some() { 0.08 } else { 0.0 };
    if random.chance(sight) {
        let earliest = retinopathy.map_or(years_after(life.born, (age - 10.0).max(1.0)), |onset| onset.from);
        let from = years_after(earliest, years_between(earliest, last).max(0.0) * random.fraction());
        life.conditions.push(Onset { condition: Condition::VisualImpairment, from, to: None });
        if random.chance(0.08) {
            let from = years_after(from, years_between(from, last) * random.fraction());
            life.conditions.push(Onset { condition: Condition::Blindness, from, to: None });
        }
    }
}

/// The share of adults who smoke falls from about 21 % in the most deprived tenth to 7 % in the least. Source: ONS 2022 (13 %).
pub fn smoking(decile: u8, sex: Sex, random: &mut Random) -> i32 {
    let smokers = crate::published::by_deprivation(3.0, decile) * if sex == Sex::Male { 0.146 } else { 0.114 };
    let at = random.fraction();
    if at < smokers {
        2
    } else if at < smokers + 0.26 {
        1
    } else {
        0
    }
}
