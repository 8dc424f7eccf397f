{{/* Egress rules of NetworkPolicies, as YAML lists. Each takes the root, but where it says otherwise. */}}

{{- define "shop.toPostgres" -}}
{{- $external := .Values.state.postgres.external -}}
- ports:
    - port: {{ $external.port }}
  to:
    {{- include "shop.peers" (dict "labels" (include "shop.postgres.podLabels" .) "cidrs" $external.cidrs) | nindent 4 }}
{{- end -}}

{{- define "shop.toValkey" -}}
- ports:
    - port: 6379
    - port: 26379
  to:
    {{- include "shop.peers" (dict "labels" (include "shop.valkey.podLabels" .) "cidrs" .Values.state.valkey.external.cidrs) | nindent 4 }}
{{- end -}}

{{- define "shop.toApiServer" -}}
- ports:
    - port: 443
    - port: 6443
  to:
    {{- include "shop.peers" (dict "cidrs" .Values.isolation.networkPolicies.apiServerCidrs) | nindent 4 }}
{{- end -}}

{{/* Pods of this namespace by their labels (YAML), or else addresses; any address where none is named. Takes a dict of `labels` and `cidrs`. */}}
{{- define "shop.peers" -}}
{{- if .labels }}
- podSelector:
    matchLabels: {{- .labels | nindent 6 }}
{{- else }}
{{- range .cidrs | default (list "0.0.0.0/0" "::/0") }}
- ipBlock:
    cidr: {{ . }}
{{- end }}
{{- end }}
{{- end -}}
