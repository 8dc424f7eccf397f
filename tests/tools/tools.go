//go:build tools

// Package tools pins the programs that check manifests: what renders the chart, and what holds objects to their schemas.
package tools

import (
	_ "github.com/hashicorp/hcl/v2/cmd/hclfmt"
	_ "github.com/rhysd/actionlint/cmd/actionlint"
	_ "helm.sh/helm/v3/cmd/helm"
)
