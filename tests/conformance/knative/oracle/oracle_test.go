// Package oracle answers scenarios of the autoscaler by Knative Serving's own code, on a clock that is simulated.
//
// It reads what `python -m knative.local autoscaler replay` reads, from the file SCENARIOS, and writes what that writes,
// to the file ANSWERS. It is a test, for only a test gets a clock of its own (testing/synctest).
package oracle

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"knative.dev/serving/pkg/apis/autoscaling"
	"knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	asconfig "knative.dev/serving/pkg/autoscaler/config"
	"knative.dev/serving/pkg/autoscaler/config/autoscalerconfig"
	"knative.dev/serving/pkg/autoscaler/metrics"
	"knative.dev/serving/pkg/autoscaler/scaling"
	kpa "knative.dev/serving/pkg/reconciler/autoscaling/kpa/resources"
	"knative.dev/serving/pkg/reconciler/autoscaling/resources"
)

type sample struct {
	T           float64  `json:"t"`
	Concurrency *float64 `json:"concurrency"`
	RPS         *float64 `json:"rps"`
	Ready       int      `json:"ready"`
}

type scenario struct {
	Name                 string            `json:"name"`
	Annotations          map[string]string `json:"annotations"`
	ContainerConcurrency int64             `json:"containerConcurrency"`
	Reachable            bool              `json:"reachable"`
	InitialReady         int               `json:"initialReady"`
	Duration             float64           `json:"duration"`
	Samples              []sample          `json:"samples"`
}

type decision struct {
	T                   int    `json:"t"`
	Valid               bool   `json:"valid"`
	Desired             *int32 `json:"desired,omitempty"`
	Bounded             *int32 `json:"bounded,omitempty"`
	Panic               *bool  `json:"panic,omitempty"`
	ExcessBurstCapacity *int32 `json:"excessBurstCapacity,omitempty"`
}

type answer struct {
	Name          string     `json:"name"`
	Target        float64    `json:"target"`
	Total         float64    `json:"total"`
	BurstCapacity float64    `json:"burstCapacity"`
	Decisions     []decision `json:"decisions"`
}

// pods counts those that are ready at this moment of a scenario.
type pods struct{ ready int }

func (p *pods) ReadyCount() (int, error)    { return p.ready, nil }
func (p *pods) NotReadyCount() (int, error) { return 0, nil }

func TestAnswers(t *testing.T) {
	from, to := os.Getenv("SCENARIOS"), os.Getenv("ANSWERS")
	if from == "" || to == "" {
		t.Skip("SCENARIOS and ANSWERS name the files")
	}
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	config, err := asconfig.NewConfigFromMap(map[string]string{})
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var asked scenario
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			t.Fatal(err)
		}
		if err := autoscaling.ValidateAnnotations(context.Background(), config, asked.Annotations); err != nil {
			t.Fatalf("%s: %v", asked.Name, err)
		}
		var found answer
		synctest.Test(t, func(t *testing.T) { found = decide(t, asked, config) })
		text, err := json.Marshal(found)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(append(text, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func decide(t *testing.T, asked scenario, config *autoscalerconfig.Config) answer {
	reachability := v1alpha1.ReachabilityReachable
	if !asked.Reachable {
		reachability = v1alpha1.ReachabilityUnreachable
	}
	pa := &v1alpha1.PodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "r", Annotations: asked.Annotations},
		Spec:       v1alpha1.PodAutoscalerSpec{ContainerConcurrency: asked.ContainerConcurrency, Reachability: reachability},
	}
	logger, key := zap.NewNop().Sugar(), types.NamespacedName{Namespace: "n", Name: "r"}
	nothing := func(*v1alpha1.Metric, *zap.SugaredLogger) (metrics.StatsScraper, error) { return nil, nil }
	collector := metrics.NewMetricCollector(nothing, logger)
	spec := kpa.MakeDecider(pa, config).Spec
	// With a burst capacity of -1 the activator is always there and reports, so pods are not asked, and silence is zero.
	target := "s"
	if spec.TargetBurstCapacity == -1 {
		target = ""
	}
	if err := collector.CreateOrUpdate(resources.MakeMetric(pa, target, config)); err != nil {
		t.Fatal(err)
	}
	defer collector.Delete("n", "r")
	counted := &pods{ready: asked.InitialReady}
	// The simulated clock begins at an even second, as the scenario does.
	began := time.Now()
	scaler := scaling.New(*attribute.EmptySet(), noop.NewMeterProvider(), "n", "r", collector, counted, &spec)
	panics := reflect.ValueOf(scaler).Elem().FieldByName("panicTime")
	least, most := pa.ScaleBounds(config)
	found := answer{
		Name: asked.Name, Target: spec.TargetValue, Total: spec.TotalValue, BurstCapacity: spec.TargetBurstCapacity,
		Decisions: []decision{},
	}
	next := 0
	for at := 2; float64(at) <= asked.Duration; at += 2 {
		for ; next < len(asked.Samples) && asked.Samples[next].T <= float64(at); next++ {
			each := asked.Samples[next]
			counted.ready = each.Ready
			if each.Concurrency == nil && each.RPS == nil {
				continue
			}
			stat := metrics.Stat{}
			if each.Concurrency != nil {
				stat.AverageConcurrentRequests = *each.Concurrency
			}
			if each.RPS != nil {
				stat.RequestCount = *each.RPS
			}
			collector.Record(key, began.Add(time.Duration(math.Round(each.T*1e9))), stat)
		}
		result := scaler.Scale(logger, began.Add(time.Duration(at)*time.Second))
		made := decision{T: at, Valid: result.ScaleValid}
		if result.ScaleValid {
			desired, bounded, excess := result.DesiredPodCount, result.DesiredPodCount, result.ExcessBurstCapacity
			if bounded < least {
				bounded = least
			} else if most != 0 && bounded > most {
				bounded = most
			}
			inPanic := !panics.IsZero()
			made.Desired, made.Bounded, made.Panic, made.ExcessBurstCapacity = &desired, &bounded, &inPanic, &excess
		}
		found.Decisions = append(found.Decisions, made)
	}
	return found
}
