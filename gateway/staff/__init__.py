"""The staff site: sign in, see what every label should show and shows, bind it, know what to do."""
