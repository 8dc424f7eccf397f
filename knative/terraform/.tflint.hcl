# The rules that come with it: names, types, descriptions, versions, what is not used. AWS's own need a plugin.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Each file has one subject; providers and the modules' calls are in main.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
