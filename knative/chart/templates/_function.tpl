{{/*
A function's service.yaml as this release has it, as YAML. Everything that differs from the file is said here: its image,
who it is, who may reach it, a folder to write to, and what the values add. Takes a dict of `root` and `service`.
*/}}
{{- define "shop.function" -}}
{{- $root := .root -}}
{{- $values := $root.Values.functions -}}
{{- $service := .service -}}
{{- $name := $service.metadata.name -}}
{{- $own := get $values.byName $name | default dict -}}

{{- $labels := $service.metadata.labels | default dict -}}
{{- if $values.clusterLocal -}}
{{- $_ := set $labels "networking.knative.dev/visibility" "cluster-local" -}}
{{- end -}}
{{- $_ := set $service.metadata "labels" (merge $labels (fromYaml (include "shop.labels" (dict "root" $root "component" "function")))) -}}
{{- $_ := set $service.metadata "namespace" (include "shop.namespace" $root) -}}
{{- $_ := set $service.metadata "annotations" (merge (dict "argocd.argoproj.io/sync-wave" "2") ($service.metadata.annotations | default dict)) -}}

{{- $template := $service.spec.template -}}
{{- $metadata := $template.metadata | default dict -}}
{{- $annotations := merge (dict "zerocart.example/settings" (include "shop.settings" $root | sha256sum | trunc 12)) ($own.annotations | default dict) $values.annotations ($metadata.annotations | default dict) -}}
{{- $podLabels := merge (dict "app.kubernetes.io/component" "function" "app.kubernetes.io/part-of" "zerocart") ($metadata.labels | default dict) -}}
{{- if $root.Values.isolation.mesh.enabled -}}
{{- $_ := set $podLabels "sidecar.istio.io/inject" "true" -}}
{{- $annotations = merge $annotations (dict "proxy.istio.io/config" "holdApplicationUntilProxyStarts: true") $root.Values.isolation.mesh.sidecarAnnotations -}}
{{- end -}}
{{- $_ := set $metadata "annotations" $annotations -}}
{{- $_ := set $metadata "labels" $podLabels -}}
{{- $_ := set $template "metadata" $metadata -}}

{{- $pod := $template.spec -}}
{{- $_ := set $pod "serviceAccountName" $name -}}
{{- $_ := set $pod "automountServiceAccountToken" false -}}
{{- $_ := set $pod "enableServiceLinks" false -}}
{{- with $root.Values.images.pullSecrets -}}{{- $_ := set $pod "imagePullSecrets" . -}}{{- end -}}
{{- with ($own.priorityClassName | default $values.priorityClassName) -}}{{- $_ := set $pod "priorityClassName" . -}}{{- end -}}
{{- with $values.topologyKey -}}
{{- $constraint := dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway" "labelSelector" (dict "matchLabels" (dict "serving.knative.dev/service" $name)) -}}
{{- $_ := set $pod "topologySpreadConstraints" (list $constraint) -}}
{{- end -}}

{{- $container := first $pod.containers -}}
{{- $_ := set $container "image" (include "shop.image" (dict "root" $root "name" (base $container.image))) -}}
{{- $_ := set $container "imagePullPolicy" $root.Values.images.pullPolicy -}}
{{- with $own.resources -}}{{- $_ := set $container "resources" (merge (deepCopy .) $container.resources) -}}{{- end -}}
{{- if not (include "shop.withEventing" $root) -}}
{{- with include "shop.sinkWithoutBroker" (dict "root" $root "name" $name) -}}
{{- $_ := set $container "env" (append $container.env (dict "name" "K_SINK" "value" .)) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $container "volumeMounts" (append ($container.volumeMounts | default list) (dict "name" "tmp" "mountPath" "/tmp")) -}}
{{- $_ := set $pod "volumes" (append ($pod.volumes | default list) (dict "name" "tmp" "emptyDir" (dict "sizeLimit" $values.temporarySpace))) -}}
{{- toYaml $service -}}
{{- end -}}
