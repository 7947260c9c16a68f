"""Label pictures: templates and facts in, frames in a panel's inks out."""
