{{/*
The manifests are files of the checkout: `files/` links to them, and they stay the one source. Here they are read; what a
cluster's values change of one is in the template that renders it.
*/}}

{{/* The documents of a file, as a JSON array. Takes a dict of `text` and `name`, the latter for an error. */}}
{{- define "shop.documents" -}}
{{- $found := list -}}
{{- $name := .name -}}
{{- range regexSplit "(?m)^---[ \t]*$" .text -1 -}}
{{- $document := fromYaml . -}}
{{- if $document.Error -}}{{- fail (printf "%s is no YAML: %s" $name $document.Error) -}}{{- end -}}
{{- if $document.kind -}}{{- $found = append $found $document -}}{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* All functions, as a JSON array of their Services: the folders are the list. Takes the root. */}}
{{- define "shop.services" -}}
{{- $found := list -}}
{{- range $path, $_ := .Files.Glob "files/functions/*/service.yaml" -}}
{{- $found = concat $found (fromJsonArray (include "shop.documents" (dict "text" ($.Files.Get $path) "name" $path))) -}}
{{- end -}}
{{- if not $found -}}
{{- fail "files/functions holds no service.yaml: the chart is to be packaged from a checkout, where it is a link" -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* Sources, Brokers and Triggers of the functions, as a JSON array. Takes the root. */}}
{{- define "shop.events" -}}
{{- $found := list -}}
{{- range $path, $_ := .Files.Glob "files/functions/*/*.yaml" -}}
{{- if ne (base $path) "service.yaml" -}}
{{- $found = concat $found (fromJsonArray (include "shop.documents" (dict "text" ($.Files.Get $path) "name" $path))) -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* The gateway's objects, as a JSON array. Takes the root. */}}
{{- define "shop.gateway" -}}
{{- $found := list -}}
{{- range $path, $_ := .Files.Glob "files/gateway/*.yaml" -}}
{{- $found = concat $found (fromJsonArray (include "shop.documents" (dict "text" ($.Files.Get $path) "name" $path))) -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* What the functions are told: shop-settings.yaml, and over it `settings`. A JSON object. Takes the root. */}}
{{- define "shop.settings" -}}
{{- $path := "files/settings/shop-settings.yaml" -}}
{{- $file := first (fromJsonArray (include "shop.documents" (dict "text" (.Files.Get $path) "name" $path))) -}}
{{- toJson (merge (dict) .Values.settings $file.data) -}}
{{- end -}}
