{{/* Egress rules of NetworkPolicies, as YAML lists. Each takes the root. */}}

{{- define "shop.toPostgres" -}}
{{- $labels := include "shop.postgres.podLabels" . -}}
- ports:
    - port: {{ .Values.state.postgres.external.port }}
  to:
    {{- if $labels }}
    - podSelector:
        matchLabels: {{- $labels | nindent 10 }}
    {{- else }}
    {{- include "shop.cidrs" .Values.state.postgres.external.cidrs | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "shop.toValkey" -}}
{{- $labels := include "shop.valkey.podLabels" . -}}
- ports:
    - port: 6379
    - port: 26379
  to:
    {{- if $labels }}
    - podSelector:
        matchLabels: {{- $labels | nindent 10 }}
    {{- else }}
    {{- include "shop.cidrs" .Values.state.valkey.external.cidrs | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "shop.toApiServer" -}}
- ports:
    - port: 443
    - port: 6443
  to:
    {{- include "shop.cidrs" .Values.isolation.networkPolicies.apiServerCidrs | nindent 4 }}
{{- end -}}

{{/* Peers by address, or any address where none is named. Takes a list. */}}
{{- define "shop.cidrs" -}}
{{- range . | default (list "0.0.0.0/0" "::/0") }}
- ipBlock:
    cidr: {{ . }}
{{- end }}
{{- end -}}
