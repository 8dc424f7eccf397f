{{/*
An object of the gateway as this release has it, as YAML: for the hosts that it serves, with the pages that may read its
answers, and with the issuer that the functions are told of. Takes a dict of `root` and `object`.
*/}}
{{- define "shop.gatewayObject" -}}
{{- $object := .object -}}
{{- $hosts := .root.Values.gateway.hosts -}}
{{- $settings := fromJson (include "shop.settings" .root) -}}
{{- if eq $object.metadata.namespace "shop" -}}
{{- $_ := set $object.metadata "namespace" (include "shop.namespace" .root) -}}
{{- end -}}
{{- $_ := set $object.metadata "labels" (merge ($object.metadata.labels | default dict) (fromYaml (include "shop.labels" (dict "root" .root "component" "gateway")))) -}}
{{- if eq $object.kind "Gateway" -}}
{{- range $object.spec.servers -}}{{- $_ := set . "hosts" $hosts -}}{{- end -}}
{{- else if eq $object.kind "VirtualService" -}}
{{- $_ := set $object.spec "hosts" $hosts -}}
{{- with .root.Values.storefront.origins -}}
{{- $allowed := list -}}
{{- range . -}}{{- $allowed = append $allowed (dict "exact" .) -}}{{- end -}}
{{- range $object.spec.http -}}
{{- if .corsPolicy -}}{{- $_ := set .corsPolicy "allowOrigins" $allowed -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- else if eq $object.kind "RequestAuthentication" -}}
{{- range $object.spec.jwtRules -}}
{{- $_ := set . "issuer" $settings.TOKEN_ISSUER -}}
{{- $_ := set . "audiences" (list $settings.TOKEN_AUDIENCE) -}}
{{- end -}}
{{- else if eq $object.kind "EnvoyFilter" -}}
{{- /* Istio names a virtual host by host and port: a patch of `*:80` becomes one for each host. */ -}}
{{- $patches := list -}}
{{- range $patch := $object.spec.configPatches -}}
{{- $name := dig "match" "routeConfiguration" "vhost" "name" "" $patch -}}
{{- if eq $name "*:80" -}}
{{- range $hosts -}}
{{- $copy := deepCopy $patch -}}
{{- $_ := set $copy.match.routeConfiguration.vhost "name" (printf "%s:80" .) -}}
{{- $patches = append $patches $copy -}}
{{- end -}}
{{- else -}}
{{- $patches = append $patches $patch -}}
{{- end -}}
{{- end -}}
{{- $_ := set $object.spec "configPatches" $patches -}}
{{- end -}}
{{- toYaml $object -}}
{{- end -}}
