//! Fragmentation: how scattered each citizen's care is, with care density from the providers' shared citizens.
//!
//! care.fragmentation ⟕ (pairs of the citizen's providers ⋈ provider_pair → [`stead_rules::density`])

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::dataframe::DataFrame;
use datafusion::functions::core::expr_ext::FieldAccessor;
use datafusion::logical_expr::{JoinType, ident};
use rustc_hash::FxHashMap;
use stead_rules::density::{Provider, alike, care_density, care_density_by_profession};
use stead_tables::Kind;

use super::pairs::pairs_of_citizens;
use super::unfold::{column_of, known, lists};
use crate::functions::nested::{Cell, NestedRows, Shape, row_type};
use crate::functions::{Function, rows_of, texts_of};
use crate::prepared::Prepared;
use crate::records::text;
use crate::tables::{Tables, beside, gather};

const DENSITY: Shape = &[("care_density", Kind::Number), ("care_density_by_profession", Kind::Number)];

/// `fragmentation`, one row for each citizen alive on the day of the run.
pub(crate) async fn fragmentation(tables: &Tables<'_>, prepared: &Arc<Prepared>) -> Result<DataFrame> {
    let table = known("fragmentation")?;
    let rows = lists(tables, "care", "fragmentation").await?;
    let care = tables.scan_as("care", &super::care::schema()).await?;
    let providers =
        care.select(vec![ident("citizen").alias("whose"), ident("care").field("providers").alias("around")])?;
    let rows = rows.join(providers, JoinType::Left, &["citizen"], &["whose"], None)?.drop_columns(&["whose"])?;
    let rows = beside(rows, shared(tables).await?)?;
    let density =
        Function::call("stead_density", prepared, vec![ident("around"), ident("shared")], row_type(DENSITY), density);
    let rows = rows.with_column("density", density)?.sort_by(vec![ident("citizen")])?;
    let columns = table.columns.iter().map(|column| match column.name {
        "care_density" | "care_density_by_profession" => Ok(ident("density").field(column.name).alias(column.name)),
        name => column_of(table, name),
    });
    rows.select(columns.collect::<Result<Vec<_>>>()?)
}

/// Each citizen's pairs of providers that share enough citizens, gathered.
async fn shared(tables: &Tables<'_>) -> Result<DataFrame> {
    let known_pairs = tables.scan("provider_pair").await?;
    let known_pairs =
        known_pairs.select(vec![text("first").alias("one"), text("second").alias("other"), ident("patients")])?;
    let pairs = pairs_of_citizens(tables).await?;
    let shared = pairs.join(known_pairs, JoinType::Inner, &["first", "second"], &["one", "other"], None)?;
    gather(shared, "shared", ["first", "second", "patients"].map(|name| (name, ident(name))).to_vec())
}

/// The body of `stead_density`: a citizen's providers and what their pairs share in, densities out.
fn density(prepared: &Prepared, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let [around, shared] = columns else { return Err(internal_datafusion_err!("two columns of density")) };
    let (around, shared) = (rows_of(around)?, rows_of(shared)?);
    let (ids, professions) = (texts_of(around.column("provider")?)?, texts_of(around.column("profession")?)?);
    let (first, second) = (texts_of(shared.column("first")?)?, texts_of(shared.column("second")?)?);
    let patients = shared.column("patients")?.as_primitive_opt::<Int32Type>();
    let patients = patients.ok_or_else(|| internal_datafusion_err!("no numbers of patients"))?;
    let patients_min = prepared.params.pair_patients_min;
    let mut result = NestedRows::new(DENSITY);
    for row in 0..rows {
        let pair = |at: usize| {
            let count = patients.is_valid(at).then(|| u32::try_from(patients.value(at)).ok()).flatten()?;
            Some(((first.get(at)?, second.get(at)?), count))
        };
        let known: FxHashMap<(&str, &str), u32> = shared.range(row).filter_map(pair).collect();
        let count = |one: &&str, other: &&str| known.get(&(*one.min(other), *one.max(other))).copied().unwrap_or(0);
        let providers: Vec<Provider<&str, Option<&str>>> = around
            .range(row)
            .filter_map(|at| Some(Provider { id: ids.get(at)?, profession: professions.get(at) }))
            .collect();
        let names: Vec<&str> = providers.iter().map(|provider| provider.id).collect();
        result.row(&[
            Cell::Number(care_density(&names, patients_min, count)),
            Cell::Number(care_density_by_profession(&providers, patients_min, count, alike)),
        ])?;
    }
    result.finish_rows()
}
