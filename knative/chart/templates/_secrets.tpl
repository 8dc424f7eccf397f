{{/*
Which Secrets the shop names, as a JSON object of name and keys: those of the functions that are not optional, and the
database's owner, who migrates. Takes the root.
*/}}
{{- define "shop.secrets" -}}
{{- $found := dict "database-owner" (list "url") -}}
{{- if eq .Values.state.postgres.mode "patroni" -}}
{{- range list "database-superuser" "database-replication" -}}{{- $_ := set $found . (list "url") -}}{{- end -}}
{{- end -}}
{{- range $service := fromJsonArray (include "shop.services" .) -}}
{{- range $container := $service.spec.template.spec.containers -}}
{{- range $entry := $container.env | default list -}}
{{- $reference := ($entry.valueFrom | default dict).secretKeyRef | default dict -}}
{{- if and $reference.name (not $reference.optional) -}}
{{- $keys := get $found $reference.name | default list -}}
{{- $_ := set $found $reference.name (append $keys $reference.key | uniq) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* Of those, the ones that the Job makes: an external database's passwords are known to who runs it. A JSON array. */}}
{{- define "shop.madeSecrets" -}}
{{- $made := list -}}
{{- range $name, $_ := fromJson (include "shop.secrets" .) -}}
{{- $foreign := and (hasPrefix "database-" $name) (eq $.Values.state.postgres.mode "external") -}}
{{- if not $foreign -}}{{- $made = append $made $name -}}{{- end -}}
{{- end -}}
{{- toJson ($made | sortAlpha) -}}
{{- end -}}
