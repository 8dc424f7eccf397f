{{/*
Whom each function reaches, from its own manifest: nobody lists it elsewhere.

| in service.yaml | it reaches |
|---|---|
| env DATABASE_URL | Postgres |
| env REDIS_URL | Valkey |
| env OPERATIONS_KEY | Prometheus: on a cluster that is whom it asks instead of the engine |
| annotation zerocart.example/calls | the functions that it names, by commas |
| a SinkBinding of it, in its folder | the Broker, or without one the function that takes its events |

A JSON object: by need, the names of the functions that have it (`postgres`, `valkey`, `prometheus`, `functions`,
`broker`), and `callees`: by function, who may call it. Takes the root.
*/}}
{{- define "shop.needs" -}}
{{- $postgres := list -}}{{- $valkey := list -}}{{- $prometheus := list -}}{{- $functions := list -}}{{- $broker := list -}}
{{- $callees := dict -}}
{{- $services := fromJsonArray (include "shop.services" .) -}}
{{- $names := list -}}
{{- range $services -}}{{- $names = append $names .metadata.name -}}{{- end -}}
{{- range $service := $services -}}
{{- $name := $service.metadata.name -}}
{{- range (first $service.spec.template.spec.containers).env | default list -}}
{{- if eq .name "DATABASE_URL" -}}{{- $postgres = append $postgres $name -}}{{- end -}}
{{- if eq .name "REDIS_URL" -}}{{- $valkey = append $valkey $name -}}{{- end -}}
{{- if eq .name "OPERATIONS_KEY" -}}{{- $prometheus = append $prometheus $name -}}{{- end -}}
{{- end -}}
{{- with get ($service.metadata.annotations | default dict) "zerocart.example/calls" -}}
{{- $functions = append $functions $name -}}
{{- range splitList "," . -}}
{{- $callee := trim . -}}
{{- if not (has $callee $names) -}}
{{- fail (printf "functions: %s says that it calls %s, and there is no function of that name" $name $callee) -}}
{{- end -}}
{{- $_ := set $callees $callee (append (get $callees $callee | default list) $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $binding := fromJsonArray (include "shop.events" .) -}}
{{- if eq $binding.kind "SinkBinding" -}}
{{- $name := $binding.spec.subject.name -}}
{{- if include "shop.withEventing" $ -}}
{{- $broker = append $broker $name -}}
{{- else -}}
{{- $functions = append $functions $name -}}
{{- $callee := include "shop.sinkWithoutBroker" (dict "root" $ "name" $name) | trimPrefix "http://" | splitList "." | first -}}
{{- $_ := set $callees $callee (append (get $callees $callee | default list) $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson (dict "postgres" $postgres "valkey" $valkey "prometheus" $prometheus "functions" ($functions | uniq) "broker" $broker "callees" $callees) -}}
{{- end -}}

{{/* A podSelector of functions by name, as YAML. Takes a list of names. */}}
{{- define "shop.selectFunctions" -}}
matchExpressions:
  - key: serving.knative.dev/service
    operator: In
    values: {{- toYaml . | nindent 6 }}
{{- end -}}
