{{/* Labels of everything that the chart itself makes. Takes a dict of `root` and `component`. */}}
{{- define "shop.labels" -}}
{{ include "shop.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/*
Labels of pods: without versions, or a new one of the shop would start its databases anew. Takes what shop.labels does.
*/}}
{{- define "shop.podLabels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: zerocart
{{- end -}}

{{- define "shop.namespace" -}}
{{- .Values.namespace.name -}}
{{- end -}}

{{/* Where an image is pulled from. Takes a dict of `root` and `name`: the last part of its name, as in service.yaml. */}}
{{- define "shop.image" -}}
{{- $images := .root.Values.images -}}
{{- $digest := get $images.digests .name -}}
{{- if $digest -}}
{{- printf "%s/%s@%s" $images.registry .name $digest -}}
{{- else if $images.digestsRequired -}}
{{- fail (printf "images.digests.%s is missing, and images.digestsRequired wants each image by digest: a release writes them" .name) -}}
{{- else -}}
{{- printf "%s/%s:%s" $images.registry .name ($images.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
