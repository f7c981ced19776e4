//! Names of people who do not exist: common given names, and family names put together from two halves.

use stead_rules::Sex;

const WOMEN: [&str; 48] = [
    "Ada", "Alma", "Amina", "Anwen", "Beatrix", "Bronwen", "Cass", "Clara", "Cora", "Dilys", "Edith", "Elowen", "Esme",
    "Farah", "Fern", "Freya", "Greta", "Hana", "Hazel", "Ida", "Imogen", "Ines", "Iris", "Jana", "Joan", "Kezia",
    "Lena", "Leila", "Lottie", "Mabel", "Marion", "Mei", "Mina", "Nadia", "Nell", "Olive", "Orla", "Pearl", "Petra",
    "Priya", "Rosa", "Ruth", "Saba", "Sylvia", "Tamsin", "Una", "Wilma", "Zora",
];

const MEN: [&str; 48] = [
    "Abel", "Alun", "Amir", "Anton", "Arlo", "Asa", "Basil", "Bram", "Caleb", "Cyril", "Dara", "Denzil", "Edgar",
    "Elias", "Emil", "Ewan", "Felix", "Fergus", "Gethin", "Gil", "Hugo", "Idris", "Ivo", "Jago", "Jarek", "Joss",
    "Kamal", "Kit", "Lev", "Lorcan", "Magnus", "Merlin", "Milo", "Nasir", "Ned", "Noel", "Oscar", "Otis", "Piran",
    "Quentin", "Ravi", "Reuben", "Rufus", "Silas", "Tariq", "Tobias", "Viktor", "Wilf",
];

const FIRST_HALVES: [&str; 40] = [
    "Amber",
    "Barley",
    "Birch",
    "Bracken",
    "Brine",
    "Cobble",
    "Copper",
    "Crab",
    "Dapple",
    "Driftwood",
    "Eider",
    "Ember",
    "Fallow",
    "Feather",
    "Flint",
    "Foam",
    "Gorse",
    "Gull",
    "Heather",
    "Holly",
    "Juniper",
    "Kelp",
    "Lantern",
    "Larch",
    "Linnet",
    "Marram",
    "Mizzle",
    "Oyster",
    "Pebble",
    "Pepper",
    "Quill",
    "Reed",
    "Salt",
    "Sand",
    "Shingle",
    "Silver",
    "Thistle",
    "Tide",
    "Willow",
    "Wren",
];

const SECOND_HALVES: [&str; 30] = [
    "acre", "bank", "beck", "bourne", "brook", "combe", "cote", "croft", "dale", "down", "fell", "field", "ford",
    "garth", "gate", "hollow", "holme", "lea", "marsh", "mere", "moor", "pool", "reach", "shaw", "stead", "thorpe",
    "wade", "well", "wick", "yard",
];

/// A person's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Given name.
    pub given: &'static str,
    /// First half of the family name.
    pub family_first: &'static str,
    /// Second half of the family name.
    pub family_second: &'static str,
}

impl Name {
    /// The name that a number stands for.
    pub fn of(number: u64, sex: Sex) -> Self {
        let pick = |list: &'static [&'static str], number: u64| {
            list.get((number % list.len() as u64) as usize).copied().unwrap_or("Ada")
        };
        let given: &'static [&'static str] = if sex == Sex::Male { &MEN } else { &WOMEN };
        Self {
            given: pick(given, number >> 40),
            family_first: pick(&FIRST_HALVES, number >> 20),
            family_second: pick(&SECOND_HALVES, number),
        }
    }
}
