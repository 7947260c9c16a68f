"""From data to picture on the shelf: plan what each label shows, deliver it, believe only it."""
