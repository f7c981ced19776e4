//! What belongs to no citizen: Organization, Location, HealthcareService, Practitioner, PractitionerRole.

use stead_rules::Day;

use super::{BASE, Page, Text};
use crate::vocabulary::Resource;
use crate::world::{World, json_text};

/// Writes every source's organisations, sites, services and professionals.
pub fn write_common(world: &World, page: &mut Page) {
    organisations(world, page);
    sites(world, page);
    services(world, page);
    professionals(world, page);
}

fn begin<'p>(page: &'p mut Page, source: u16, kind: Resource, id: &str, updated: Day) -> &'p mut Text {
    let text = page.resource(source, kind);
    text.raw(r#"{"resourceType":""#).raw(kind.word()).raw(r#"","id":""#).raw(id);
    text.raw(r#"","meta":{"lastUpdated":""#).moment(updated, 300).raw(r#""}"#);
    text
}

/// `,"identifier":[…]`
fn identifier(text: &mut Text, what: &str, value: &str) {
    text.raw(r#","identifier":[{"system":""#).raw(BASE).raw("/id/").raw(what).raw(r#"","value":"#);
    text.raw(&json_text(value)).raw("}]");
}

fn organisations(world: &World, page: &mut Page) {
    for body in &world.organisations {
        let organisation = &body.organisation;
        let id = organisation.id.as_str();
        let text = begin(page, body.source, Resource::Organization, id, world.first_day);
        identifier(text, "organisation", organisation.codes.first().map_or(id, |code| code));
        text.raw(r#","active":true,"type":[{"text":"#).raw(&json_text(&organisation.kind)).raw("}]");
        text.raw(r#","name":"#).raw(&json_text(&organisation.name));
        if let Some(above) = &organisation.part_of {
            text.raw(r#","partOf":{"reference":"Organization/"#).raw(above.as_str()).raw("\"}");
        }
        text.raw("}\n");
    }
}

fn sites(world: &World, page: &mut Page) {
    for spot in &world.sites {
        let site = &spot.site;
        let text = begin(page, spot.source, Resource::Location, site.id.as_str(), world.first_day);
        identifier(text, "site", site.id.as_str());
        text.raw(r#","status":"active","name":"#).raw(&json_text(&site.name));
        if let Some((longitude, latitude)) = site.longitude.zip(site.latitude) {
            let place = |degrees: f64| (degrees * 100_000.0).round() as i32;
            text.raw(r#","position":{"longitude":"#).degrees(place(longitude));
            text.raw(r#","latitude":"#).degrees(place(latitude)).raw("}");
        }
        text.raw(r#","managingOrganization":{"reference":"Organization/"#)
            .raw(site.organisation.as_str())
            .raw("\"}}\n");
    }
}

fn services(world: &World, page: &mut Page) {
    for offer in &world.offers {
        let id = offer.service.id.as_str();
        let text = begin(page, offer.source, Resource::HealthcareService, id, world.first_day);
        identifier(text, "service", id);
        let running = offer.period().contains(world.last_day);
        text.raw(r#","active":"#).raw(if running { "true" } else { "false" });
        text.raw(r#","providedBy":"#).raw(&offer.organisation_reference);
        text.raw(r#","type":["#).raw(&offer.service_type).raw(r#"],"location":["#).raw(&offer.location_reference);
        text.raw("]}\n");
    }
}

fn professionals(world: &World, page: &mut Page) {
    for one in &world.professionals {
        let Some(offer) = world.offer(one.offer) else { continue };
        let text = begin(page, offer.source, Resource::Practitioner, &one.id, world.first_day);
        let source = world.source(offer.source).map_or("", |source| source.id.as_str());
        identifier(text, "professional", &format!("{source}/{}", one.id));
        text.raw(r#","active":true,"name":[{"family":""#).raw(one.name.family_first).raw(one.name.family_second);
        text.raw(r#"","given":[""#).raw(one.name.given).raw(r#""]}],"gender":""#).raw(one.sex.word()).raw("\"}\n");

        let role = format!("role-{}", one.id);
        let text = begin(page, offer.source, Resource::PractitionerRole, &role, world.first_day);
        text.raw(r#","active":true,"practitioner":"#).raw(&one.reference);
        text.raw(r#","organization":"#).raw(&offer.organisation_reference);
        text.raw(r#","code":[{"coding":[{"system":""#).raw(BASE).raw(r#"/codes/profession","code":"#);
        text.raw(&json_text(&one.profession)).raw(r#"}]}],"location":["#).raw(&offer.location_reference);
        text.raw(r#"],"healthcareService":[{"reference":"HealthcareService/"#).raw(offer.service.id.as_str());
        text.raw("\"}]}\n");
    }
}
