"""What is shipped beside the code: the sample project, the 3-D viewer page, icons and licences."""
