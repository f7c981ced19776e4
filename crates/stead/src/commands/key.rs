//! `stead key`: make keys, and say whose they are.

use std::path::PathBuf;
use std::process::ExitCode;

use stead_app::keys;
use stead_app::registry::{address, today};

use super::wait;
use crate::arguments::Format;
use crate::arguments::people::Key;
use crate::failure::{Failure, told};
use crate::output::Output;

/// Does what was asked for.
pub fn key(asked: Key, output: &Output) -> Result<ExitCode, Failure> {
    match asked {
        Key::New { organisation, out } => {
            let out = out.unwrap_or_else(|| PathBuf::from(format!("{organisation}.key")));
            let key = keys::new(&organisation, &out)?;
            if output.format == Format::Json {
                output.json(&key)?;
            } else {
                output.line(&key.public)?;
                told(&format!(
                    "the secret half lies in `{}`: keep it, and give it to nobody\n\
                     whoever keeps the registry says whose it is: stead key add {organisation} {}",
                    key.file.display(),
                    key.public_file.display()
                ));
            }
        }
        Key::Add { organisation, public, from, registry } => {
            let address = address(registry.registry)?;
            let from = from.unwrap_or_else(today);
            let key = wait(keys::add(&address, &organisation, &public, from))?;
            if output.format == Format::Json {
                let version = keys::KEYS_VERSION;
                output.json(&keys::Keys { version, keys: vec![key] })?;
            } else {
                output.line(format!("{} signs for {organisation} from {}", key.id, from.words()))?;
            }
        }
        Key::End { organisation, id, on, registry } => {
            let address = address(registry.registry)?;
            let keys = wait(keys::end(&address, &organisation, &id, on.unwrap_or_else(today)))?;
            listed(&keys, output)?;
        }
        Key::List { organisation, registry } => {
            let address = address(registry.registry)?;
            listed(&wait(keys::list(&address, organisation.as_deref()))?, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(keys: &keys::Keys, output: &Output) -> std::io::Result<()> {
    if output.format == Format::Json {
        return output.json(keys);
    }
    let row = |key: &keys::Key| {
        let until = key.until.clone().unwrap_or_default();
        vec![key.organisation.clone(), key.id.clone(), key.from.clone(), until]
    };
    let rows: Vec<_> = keys.keys.iter().map(row).collect();
    output.table(&["organisation", "key", "from", "until"], &rows)
}
