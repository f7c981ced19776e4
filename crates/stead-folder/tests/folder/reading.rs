//! A folder that is right gives exactly the definitions that it says.

use stead_folder::{Folder, read, render, template};

#[test]
fn the_folder_to_start_from_has_no_problems() {
    let reading = read(&[Folder::of("new-place", template("New place"))]);
    assert_eq!(render(&reading.problems), "no problems\n");
    insta::assert_json_snapshot!(reading.definitions);
}
