//! Embeds every command file and every text file: a new file is in the program without a line of
//! code. Writes two lists into `OUT_DIR/embedded.rs`.

use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-changed=src/build.rs");
    let commands = toml_files(&root, Path::new("commands"))?;
    let mut texts = Vec::new();
    println!("cargo::rerun-if-changed=config/texts");
    for language in folders(&root.join("config/texts"))? {
        texts.extend(toml_files(&root, &Path::new("config/texts").join(&language))?);
    }
    let lists = format!("{}{}", list("COMMANDS", &root, &commands), list("TEXTS", &root, &texts));
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("embedded.rs"), lists)?;
    Ok(())
}

/// The TOML files of one folder, as paths from the root of the package.
fn toml_files(root: &Path, folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let file = folder.join(entry?.file_name());
        // Editors leave hidden copies beside a file that is open.
        let hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if file.extension().is_some_and(|ending| ending == "toml") && !hidden {
            println!("cargo::rerun-if-changed={}", file.display());
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn folders(parent: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(PathBuf::from(entry.file_name()));
        }
    }
    folders.sort();
    Ok(folders)
}

fn list(name: &str, root: &Path, files: &[PathBuf]) -> String {
    let line = |file: &PathBuf| {
        let whole = root.join(file);
        format!("    ({:?}, include_str!({:?})),\n", file.display().to_string(), whole.display().to_string())
    };
    let lines: String = files.iter().map(line).collect();
    format!(
        "/// File name from the root of the package, and its text.\npub const {name}: &[(&str, &str)] = &[\n{lines}];\n"
    )
}
