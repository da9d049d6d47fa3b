// Sends the one form of a form_post page; its button does the same without this module.
document.querySelector("form[data-submit]")?.submit();
