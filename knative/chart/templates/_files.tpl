{{/*
The manifests are files of the checkout: `files/` links to them, and they stay the one source. Here they are read; what a
cluster's values change of one is in the template that renders it.
*/}}

{{/* The documents of some files, as a JSON array. Takes a dict of `root` and `pattern`. */}}
{{- define "shop.documents" -}}
{{- $found := list -}}
{{- range $path, $_ := .root.Files.Glob .pattern -}}
{{- range regexSplit "(?m)^---[ \t]*$" ($.root.Files.Get $path) -1 -}}
{{- $document := fromYaml . -}}
{{- if $document.Error -}}{{- fail (printf "%s is no YAML: %s" $path $document.Error) -}}{{- end -}}
{{- if $document.kind -}}{{- $found = append $found $document -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $found -}}
{{- fail (printf "%s: nothing is there. The chart is to be packaged from a checkout, where files/ has links" .pattern) -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* All functions, as a JSON array of their Services: the folders are the list. Takes the root. */}}
{{- define "shop.services" -}}
{{- include "shop.documents" (dict "root" . "pattern" "files/functions/*/service.yaml") -}}
{{- end -}}

{{/* Sources, Brokers and Triggers of the functions: what else is in their folders. A JSON array. Takes the root. */}}
{{- define "shop.events" -}}
{{- $found := list -}}
{{- range fromJsonArray (include "shop.documents" (dict "root" . "pattern" "files/functions/*/*.yaml")) -}}
{{- if not (hasPrefix "serving.knative.dev/" .apiVersion) -}}{{- $found = append $found . -}}{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* The gateway's objects, as a JSON array. Takes the root. */}}
{{- define "shop.gateway" -}}
{{- include "shop.documents" (dict "root" . "pattern" "files/gateway/*.yaml") -}}
{{- end -}}

{{/* What the functions are told: shop-settings.yaml, and over it `settings`. A JSON object. Takes the root. */}}
{{- define "shop.settings" -}}
{{- $file := first (fromJsonArray (include "shop.documents" (dict "root" . "pattern" "files/settings/shop-settings.yaml"))) -}}
{{- toJson (merge (dict) .Values.settings $file.data) -}}
{{- end -}}
