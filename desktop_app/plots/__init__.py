"""What plots share: their look, scales, legends and files, and the plots that know no subject."""
