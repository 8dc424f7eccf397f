{{/*
Where Postgres and Valkey are, for those who ask them and for those who let them be asked.
*/}}

{{/* DATABASE_URL of a role, with `{user}` and `{password}` where they go. Takes the root. */}}
{{- define "shop.postgres.urlTemplate" -}}
{{- $external := .Values.state.postgres.external -}}
{{- if eq .Values.state.postgres.mode "cloudnativepg" -}}
postgresql://{user}:{password}@shop-db-rw:5432/shop?sslmode=require
{{- else if eq .Values.state.postgres.mode "patroni" -}}
postgresql://{user}:{password}@shop-postgres:5432/shop
{{- else -}}
postgresql://{user}:{password}@{{ $external.host }}:{{ $external.port }}/{{ $external.database }}
{{- with $external.parameters }}?{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* REDIS_URL, with `{password}` where it goes. Takes the root. */}}
{{- define "shop.redis.urlTemplate" -}}
{{- if eq .Values.state.valkey.mode "external" -}}
{{- .Values.state.valkey.external.url -}}
{{- else -}}
{{- $sentinels := list -}}
{{- range until (int .Values.state.valkey.members) -}}
{{- $sentinels = append $sentinels (printf "shop-valkey-%d.shop-valkey:26379" .) -}}
{{- end -}}
redis+sentinel://:{password}@{{ join "," $sentinels }}/mymaster/0
{{- end -}}
{{- end -}}

{{/* What stands behind the names of Valkey's pods. Takes the root. */}}
{{- define "shop.valkey.domain" -}}
shop-valkey.{{ include "shop.namespace" . }}.svc.cluster.local
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

{{/* The Secrets of the domains' roles, as the functions name them: a JSON array. Takes the root. */}}
{{- define "shop.postgres.domainSecrets" -}}
{{- $found := list -}}
{{- range $name, $_ := fromJson (include "shop.secrets" .) -}}
{{- if and (hasPrefix "database-" $name) (not (has $name (list "database-owner" "database-superuser" "database-replication"))) -}}
{{- $found = append $found $name -}}
{{- end -}}
{{- end -}}
{{- toJson ($found | sortAlpha) -}}
{{- end -}}

{{/* Roles that migrations grant to and that nobody logs in as on a cluster: a JSON array. (The local engine's broker.) */}}
{{- define "shop.postgres.rolesWithoutLogin" -}}
["shop_eventing"]
{{- end -}}

{{/* Spread members over nodes. Takes a dict of `root` and `labels` (YAML). */}}
{{- define "shop.stateSpread" -}}
- maxSkew: 1
  topologyKey: {{ .root.Values.state.spread.topologyKey }}
  whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" .root.Values.state.spread.required }}
  labelSelector:
    matchLabels: {{- .labels | nindent 6 }}
{{- end -}}
