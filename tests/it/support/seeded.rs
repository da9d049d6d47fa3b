//! People whom the operator has opened a wallet for: no mail, no code, filled from the start.

use super::person::Person;
use super::server::Server;

/// The name in every such wallet.
pub const NAME: &str = "Amina Haddad";

/// Somebody with a name and a proven address, who is signed in.
pub async fn signed_in(server: &Server) -> Person {
    let mut person = Person::new(server);
    let args = ["account", "create", "--json", "--email", &person.email, "--name", NAME];
    let args: Vec<_> = args.into_iter().chain(["--value", "given_name=Amina", "--password-stdin"]).collect();
    let (is_success, out, error) = server.try_cli_with(&args, &format!("{}\n", person.password));
    assert!(is_success, "`account create` failed:\n{out}\n{error}");
    person.sign_in().await;
    person
}
