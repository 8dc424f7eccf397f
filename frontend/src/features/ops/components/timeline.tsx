/** Load and scale of the whole shop over the last minutes. A canvas, so what it shows is said in words beside it. */
import Box from '@mui/material/Box';
import { useColorScheme, useTheme } from '@mui/material/styles';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { amount, KEPT_S, type Moment } from '@/features/ops/api/figures';

const HEIGHT = 220;
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });

export default function Timeline({ moments }: { moments: readonly Moment[] }) {
  const ref = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(moments);
  const theme = useTheme();
  const { mode, systemMode } = useColorScheme();
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(`--mui-palette-${name}`).trim();
    const made = new uPlot(
      options(element.clientWidth, colour, theme.typography.fontFamily),
      data(latest.current),
      element,
    );
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = null;
    };
    // A canvas knows no variables: in the other scheme it is drawn anew.
  }, [theme, mode, systemMode]);
  useEffect(() => {
    latest.current = moments;
    plot.current?.setData(data(moments));
  }, [moments]);
  return (
    <Box ref={ref} role="img" aria-label={words(moments)} sx={{ width: '100%', minWidth: 0, minHeight: HEIGHT }} />
  );
}

/** What somebody who does not see it has of it. */
export function words(moments: readonly Moment[]): string {
  const last = moments.at(-1);
  if (!last) return 'Timeline, nothing yet';
  const most = Math.max(...moments.map((each) => each.ready));
  return `Timeline: ${amount(last.rps)} requests a second now, ${last.ready} instances, ${most} at most in the last minutes`;
}

function data(moments: readonly Moment[]): uPlot.AlignedData {
  return [
    moments.map((each) => each.atS),
    moments.map((each) => each.rps),
    moments.map((each) => each.ready),
    moments.map((each) => each.desired),
  ];
}

function options(width: number, colour: (name: string) => string, font = 'sans-serif'): uPlot.Options {
  const axis = {
    stroke: colour('text-secondary'),
    grid: { stroke: colour('divider'), width: 1 },
    ticks: { show: false },
    font: `12px ${font}`,
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_, __, max) => [max - KEPT_S, max] },
      rps: { range: (_, __, max) => [0, Math.max(10, max * 1.1)] },
      instances: { range: (_, __, max) => [0, Math.max(4, max + 1)] },
    },
    axes: [
      { ...axis, space: 90, values: (_, moments) => moments.map((at_s) => clock.format(at_s * 1000)) },
      { ...axis, scale: 'rps', size: 44 },
      // Its enum is one that only exists for the compiler: 1 is the right side.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
      { ...axis, scale: 'instances', side: 1, size: 36, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50] },
    ],
    series: [
      {},
      { scale: 'rps', stroke: colour('secondary-main'), width: 2, points: { show: false } },
      {
        scale: 'instances',
        stroke: colour('primary-main'),
        width: 2,
        points: { show: false },
        ...(uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
      {
        scale: 'instances',
        stroke: colour('primary-main'),
        width: 1,
        dash: [4, 4],
        points: { show: false },
        ...(uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
  };
}
