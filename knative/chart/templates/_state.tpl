{{/*
Where Postgres and Valkey are, for those who ask them and for those who let them be asked.
*/}}

{{/* DATABASE_URL of a role, with `{user}` and `{password}` where they go. Takes the root. */}}
{{- define "shop.postgres.urlTemplate" -}}
{{- $external := .Values.state.postgres.external -}}
{{- $host := $external.host -}}
{{- if eq .Values.state.postgres.mode "cloudnativepg" -}}{{- $host = "shop-db-rw" -}}{{- end -}}
{{- if eq .Values.state.postgres.mode "patroni" -}}{{- $host = "shop-postgres" -}}{{- end -}}
postgresql://{user}:{password}@{{ $host }}:{{ $external.port }}/{{ $external.database }}
{{- with $external.parameters }}?{{ . }}{{ end -}}
{{- end -}}

{{/* REDIS_URL, with `{password}` where it goes. Takes the root. */}}
{{- define "shop.redis.urlTemplate" -}}
{{- if eq .Values.state.valkey.mode "external" -}}
{{- .Values.state.valkey.external.url -}}
{{- else -}}
redis://:{password}@shop-valkey:6379/0
{{- end -}}
{{- end -}}

{{/* Labels of Postgres' pods in this namespace, as YAML; empty where they are elsewhere. Takes the root. */}}
{{- define "shop.postgres.podLabels" -}}
{{- if eq .Values.state.postgres.mode "cloudnativepg" -}}
cnpg.io/cluster: shop-db
{{- else if eq .Values.state.postgres.mode "patroni" -}}
app.kubernetes.io/component: postgres
{{- end -}}
{{- end -}}

{{/* Labels of the pods of Valkey and its sentinels, as YAML; empty where they are elsewhere. Takes the root. */}}
{{- define "shop.valkey.podLabels" -}}
{{- if ne .Values.state.valkey.mode "external" -}}
app.kubernetes.io/component: valkey
{{- end -}}
{{- end -}}
