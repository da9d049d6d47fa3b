//! What strangers try: the classes of attack and the habits of packages that `src/risk/SECURITY.md` lists.

mod jose;
mod pages;
mod people;
mod table;
mod wire;
