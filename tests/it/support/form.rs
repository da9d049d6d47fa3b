//! HTML as a browser without scripts reads it: pages and their forms.

use reqwest::header::HeaderMap;
use scraper::ElementRef;
use scraper::Html;
use scraper::Selector;
use url::Url;

/// A page that arrived.
#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The visible words of what the selector finds, in order, white space folded.
    pub fn texts(&self, css: &str) -> Vec<String> {
        Html::parse_document(&self.body).select(&selector(css)).map(words).collect()
    }

    /// The words of the whole page, scripts and styles left out.
    pub fn text(&self) -> String {
        self.texts("body").pop().unwrap_or_else(|| self.body.clone())
    }

    pub fn title(&self) -> String {
        self.texts("title").pop().unwrap_or_default()
    }

    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body).select(&selector(css)).next().is_some()
    }

    /// An attribute of every element that the selector finds.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let document = Html::parse_document(&self.body);
        document.select(&selector(css)).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    }

    /// The first link whose words or address contain `what`.
    pub fn link(&self, what: &str) -> Option<Url> {
        let document = Html::parse_document(&self.body);
        let link = document.select(&selector("a[href]")).find(|link| {
            words(*link).contains(what) || link.attr("href").is_some_and(|address| address.contains(what))
        })?;
        self.url.join(link.attr("href")?).ok()
    }

    pub fn forms(&self) -> Vec<Form> {
        let document = Html::parse_document(&self.body);
        document.select(&selector("form")).map(|form| Form::read(&document, form, &self.url)).collect()
    }

    /// The first form that has a control or button of this name, if any.
    pub fn find_form(&self, name: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.has(name))
    }

    /// The form with a control or button of this name; panics with the page's words if there is none.
    pub fn form(&self, name: &str) -> Form {
        self.find_form(name).unwrap_or_else(|| {
            panic!("no form with `{name}` at {} ({}), which says:\n{}", self.url, self.status, self.text())
        })
    }

    /// The form that is sent to an address containing `action`.
    pub fn form_to(&self, action: &str) -> Form {
        let form = self.forms().into_iter().find(|form| form.action.as_str().contains(action));
        form.unwrap_or_else(|| panic!("no form to `{action}` at {}, which says:\n{}", self.url, self.text()))
    }
}

/// What a control is; only those that are on are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Hidden,
    Text,
    Checkbox,
    Radio,
    Select,
}

#[derive(Clone, Debug)]
pub struct Control {
    pub name: String,
    pub value: String,
    pub kind: Kind,
    pub is_on: bool,
    /// A disabled control is shown and not sent.
    pub is_disabled: bool,
}

#[derive(Clone, Debug)]
pub struct Button {
    pub name: String,
    pub value: String,
    pub action: Option<Url>,
    pub words: String,
}

/// A form with what is filled in so far.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: Url,
    pub is_post: bool,
    pub controls: Vec<Control>,
    pub buttons: Vec<Button>,
    pressed: Option<(String, String)>,
}

impl Form {
    fn read(document: &Html, form: ElementRef<'_>, page: &Url) -> Self {
        let link = |address: &str| page.join(address).expect("a form's address");
        let mut read = Self {
            action: form.attr("action").filter(|address| !address.is_empty()).map_or_else(|| page.clone(), link),
            is_post: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            controls: Vec::new(),
            buttons: Vec::new(),
            pressed: None,
        };
        let own = |element: &ElementRef<'_>| match element.attr("form") {
            Some(owner) => form.attr("id") == Some(owner),
            None => element.ancestors().any(|node| node.id() == form.id()),
        };
        for element in document.select(&selector("input, select, textarea, button")).filter(own) {
            let name = element.attr("name").unwrap_or_default().to_owned();
            let value = element.attr("value");
            let kind = element.attr("type").unwrap_or_default().to_ascii_lowercase();
            match (element.value().name(), kind.as_str()) {
                ("button", "button" | "reset") | ("input", "button" | "reset" | "image" | "file") => {}
                ("button", _) | ("input", "submit") => read.buttons.push(Button {
                    name,
                    value: value.unwrap_or_default().to_owned(),
                    action: element.attr("formaction").map(link),
                    words: if element.value().name() == "button" {
                        words(element)
                    } else {
                        value.unwrap_or_default().to_owned()
                    },
                }),
                _ if name.is_empty() => {}
                (tag, kind) => {
                    let is_disabled = element.attr("disabled").is_some();
                    let is_checked = element.attr("checked").is_some();
                    let (kind, value, is_on) = match (tag, kind) {
                        ("select", _) => {
                            let options: Vec<_> = element.select(&selector("option")).collect();
                            let chosen = options.iter().find(|option| option.attr("selected").is_some());
                            let chosen = chosen
                                .or(options.first())
                                .map(|option| option.attr("value").map_or_else(|| words(*option), str::to_owned));
                            (Kind::Select, chosen.unwrap_or_default(), true)
                        }
                        ("textarea", _) => (Kind::Text, element.text().collect(), true),
                        (_, "checkbox") => (Kind::Checkbox, value.unwrap_or("on").to_owned(), is_checked),
                        (_, "radio") => (Kind::Radio, value.unwrap_or("on").to_owned(), is_checked),
                        (_, "hidden") => (Kind::Hidden, value.unwrap_or_default().to_owned(), true),
                        _ => (Kind::Text, value.unwrap_or_default().to_owned(), true),
                    };
                    read.controls.push(Control { name, value, kind, is_on, is_disabled });
                }
            }
        }
        read
    }

    /// Whether a control or a button has this name.
    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|control| control.name == name)
            || self.buttons.iter().any(|button| button.name == name)
    }

    /// What would be sent under this name.
    pub fn value(&self, name: &str) -> Option<String> {
        self.pairs().into_iter().find(|(one, _)| one == name).map(|(_, value)| value)
    }

    /// Types into a text field, or chooses from a list.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let control = self.controls.iter_mut().find(|control| control.name == name);
        let control = control.unwrap_or_else(|| panic!("no field `{name}`"));
        value.clone_into(&mut control.value);
        control.is_on = true;
        self
    }

    /// Picks one of several radio buttons (or an entry of a list).
    pub fn choose(mut self, name: &str, value: &str) -> Self {
        if self.controls.iter().any(|control| control.name == name && control.kind == Kind::Select) {
            return self.fill(name, value);
        }
        assert!(self.offers(name).iter().any(|one| one == value), "`{name}` does not offer `{value}`");
        for control in self.controls.iter_mut().filter(|control| control.name == name) {
            control.is_on = control.value == value;
        }
        self
    }

    /// Sets or clears one tick box.
    pub fn tick(mut self, name: &str, value: &str, is_on: bool) -> Self {
        let control = self.controls.iter_mut().find(|control| control.name == name && control.value == value);
        control.unwrap_or_else(|| panic!("no tick box `{name}` = `{value}`")).is_on = is_on;
        self
    }

    /// Leaves exactly these boxes ticked.
    pub fn tick_only(mut self, name: &str, values: &[&str]) -> Self {
        for value in values {
            assert!(self.offers(name).iter().any(|one| one == value), "no tick box `{name}` = `{value}`");
        }
        let boxes = self.controls.iter_mut().filter(|one| one.name == name && one.kind == Kind::Checkbox);
        for control in boxes.filter(|one| !one.is_disabled) {
            control.is_on = values.contains(&control.value.as_str());
        }
        self
    }

    /// Leaves exactly these photos and videos picked.
    pub fn pick_only(mut self, picks: &[String]) -> Self {
        for control in self.controls.iter_mut().filter(|one| one.name.starts_with("pick-wallet-")) {
            control.is_on = picks.contains(&control.value);
        }
        self
    }

    /// Every photo and video that can be picked.
    pub fn can_pick(&self) -> Vec<String> {
        let picks = self.controls.iter().filter(|one| one.name.starts_with("pick-wallet-"));
        picks.map(|control| control.value.clone()).collect()
    }

    /// All values that tick boxes or radio buttons of this name have, on or off.
    pub fn offers(&self, name: &str) -> Vec<String> {
        self.controls.iter().filter(|control| control.name == name).map(|control| control.value.clone()).collect()
    }

    /// The ticked ones of them.
    pub fn ticked(&self, name: &str) -> Vec<String> {
        let on = self.controls.iter().filter(|control| control.name == name && control.is_on);
        on.map(|control| control.value.clone()).collect()
    }

    /// Presses the button of this name and value when it is sent.
    pub fn press(mut self, name: &str, value: &str) -> Self {
        let button = self.buttons.iter().find(|button| button.name == name && button.value == value);
        let button = button.unwrap_or_else(|| panic!("no button `{name}` = `{value}`"));
        if let Some(action) = &button.action {
            self.action = action.clone();
        }
        self.pressed = Some((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds or replaces a field that the page does not have, as an attacker would.
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        let (name, value) = (name.to_owned(), value.to_owned());
        self.controls.push(Control { name, value, kind: Kind::Hidden, is_on: true, is_disabled: false });
        self
    }

    /// With one more field, which the page does not have.
    pub fn also(mut self, name: &str, value: &str) -> Self {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.controls.push(Control { name, value, kind: Kind::Hidden, is_on: true, is_disabled: false });
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.controls.retain(|control| control.name != name);
        self
    }

    /// What is sent, in the order of the page.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let sent = self.controls.iter().filter(|control| control.is_on && !control.is_disabled);
        let mut pairs: Vec<_> = sent.map(|control| (control.name.clone(), control.value.clone())).collect();
        // The Enter key presses the first button.
        let first = self.buttons.first().map(|button| (button.name.clone(), button.value.clone()));
        pairs.extend(self.pressed.clone().or(first).filter(|(name, _)| !name.is_empty()));
        pairs
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("`{css}` is no selector: {error}"))
}

/// The words inside an element, scripts and styles left out, white space folded.
fn words(element: ElementRef<'_>) -> String {
    let is_silent = |node: &scraper::ElementRef<'_>| matches!(node.value().name(), "script" | "style" | "template");
    let mut words = String::new();
    for node in element.descendants() {
        if let Some(text) = node.value().as_text()
            && !node.ancestors().filter_map(ElementRef::wrap).any(|parent| is_silent(&parent))
        {
            for word in text.split_whitespace() {
                words.push_str(word);
                words.push(' ');
            }
        }
    }
    words.truncate(words.trim_end().len());
    words
}
