{{/* Whether Knative Eventing carries the events. Takes the root; empty where not. */}}
{{- define "shop.withEventing" -}}
{{- if eq .Values.eventing.mode "knative" }}yes{{ end -}}
{{- end -}}

{{/* The address of a Knative Service by its name. Takes a dict of `root` and `name`. */}}
{{- define "shop.address" -}}
{{- printf "http://%s.%s.svc.cluster.local" .name (include "shop.namespace" .root) -}}
{{- end -}}

{{/*
Without Knative Eventing: where a function's events go, if a SinkBinding names it. To the subscriber of the one Trigger of
the Broker that the binding names; what that refuses, the sender keeps. Takes a dict of `root` and `name`.
*/}}
{{- define "shop.sinkWithoutBroker" -}}
{{- $events := fromJsonArray (include "shop.events" .root) -}}
{{- range $binding := $events -}}
{{- if and (eq $binding.kind "SinkBinding") (eq $binding.spec.subject.name $.name) -}}
{{- $sink := $binding.spec.sink.ref -}}
{{- if eq $sink.kind "Broker" -}}
{{- $subscribers := list -}}
{{- range $trigger := $events -}}
{{- if and (eq $trigger.kind "Trigger") (eq $trigger.spec.broker $sink.name) -}}
{{- $subscribers = append $subscribers $trigger.spec.subscriber -}}
{{- end -}}
{{- end -}}
{{- if ne (len $subscribers) 1 -}}
{{- fail (printf "eventing.mode: without a Broker the events of %s have one way, and there are %d Triggers" $.name (len $subscribers)) -}}
{{- end -}}
{{- $subscriber := first $subscribers -}}
{{- include "shop.address" (dict "root" $.root "name" $subscriber.ref.name) -}}{{ $subscriber.uri | default "" }}
{{- else -}}
{{- include "shop.address" (dict "root" $.root "name" $sink.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
