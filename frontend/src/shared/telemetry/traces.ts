/**
 * Sends what `spans.ts` has seen, and how the page itself did, to the collector behind the shop's front door, by OTLP.
 *
 * Fetched when the first goods are shown. Where nobody collects, the front door says so (204) and nothing is sent again;
 * where the collector is away or refuses, spans are lost, and after a few times the page is quiet.
 */
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals';
import { apiAddress } from '@/shared/lib/addresses';
import { collect, ofPageLoad, pageLoad, type Span } from '@/shared/telemetry/spans';

const MOST_FAILURES = 3;

export function start(): void {
  const ids = { traceId: '', spanId: '' };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'storefront', 'service.namespace': 'zerocart' }),
    idGenerator: { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId },
    spanProcessors: [
      new BatchSpanProcessor(new Exporter(), {
        scheduledDelayMillis: 3_000,
        maxQueueSize: 256,
        maxExportBatchSize: 64,
      }),
    ],
  });
  const tracer = provider.getTracer('storefront');
  const record = (span: Span) => {
    // The ids were given when the request left; OpenTelemetry's span is made of them afterwards.
    ids.traceId = span.traceId;
    ids.spanId = span.spanId;
    const kind = span.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const made = tracer.startSpan(
      span.name,
      { kind, startTime: new Date(span.startMs), attributes: span.attributes },
      parentOf(span),
    );
    if (span.failed) made.setStatus({ code: SpanStatusCode.ERROR });
    made.end(new Date(span.endMs));
  };
  const load = loadSpans();
  collect(record);
  for (const span of load) record(span);
  const vital = ({ name, value, rating }: Metric) => {
    const nowMs = performance.timeOrigin + performance.now();
    record(
      ofPageLoad(`web vital ${name}`, nowMs, nowMs, {
        'browser.web_vital.name': name.toLowerCase(),
        'browser.web_vital.value': value,
        'browser.web_vital.rating': rating,
      }),
    );
  };
  for (const observe of [onCLS, onFCP, onINP, onLCP, onTTFB]) observe(vital);
}

function parentOf({ traceId, parentId }: Span): Context {
  if (parentId === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED });
}

/** The browser's own record of how the page came. */
function loadSpans(): Span[] {
  const [entry] = performance.getEntriesByType('navigation');
  if (!(entry instanceof PerformanceNavigationTiming)) return [];
  const at = (sinceMs: number) => performance.timeOrigin + sinceMs;
  pageLoad.endMs = Math.max(pageLoad.endMs, at(entry.loadEventEnd));
  return [
    ofPageLoad('documentFetch', at(entry.fetchStart), at(entry.responseEnd), {
      'http.response.body.size': entry.encodedBodySize,
    }),
    ofPageLoad('domContentLoaded', at(entry.responseEnd), at(entry.domContentLoadedEventEnd)),
  ];
}

class Exporter implements SpanExporter {
  #failures = 0;

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    void this.#send(spans).then((arrived) => done({ code: arrived ? 0 : 1 }));
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  async #send(spans: ReadableSpan[]): Promise<boolean> {
    if (this.#failures >= MOST_FAILURES) return false;
    try {
      const response = await fetch(apiAddress('/api/telemetry/traces'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JsonTraceSerializer.serializeRequest(spans) as Uint8Array<ArrayBuffer>,
        credentials: 'omit',
        keepalive: true,
      });
      const nobody = response.status === 204 || response.status === 404;
      this.#failures = nobody ? MOST_FAILURES : response.ok ? 0 : this.#failures + 1;
    } catch {
      this.#failures += 1;
    }
    if (this.#failures >= MOST_FAILURES) collect(null);
    return this.#failures === 0;
  }
}
