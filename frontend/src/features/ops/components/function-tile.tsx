/** One function: how many instances, how loaded, how fast; its revisions where there is more than one to tell of. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { amount, figures, milliseconds } from '@/features/ops/api/figures';
import type { FunctionState } from '@/features/ops/api/ops';
import { hidden } from '@/shared/components/hidden';

const MOST_DOTS = 12;

export function FunctionTile({ state }: { state: FunctionState }) {
  const found = figures(state);
  const shown = state.revisions.filter((each) => state.revisions.length > 1 || (each.traffic ?? 100) !== 100);
  return (
    <Box
      component="li"
      aria-label={state.name}
      data-rest={found.atRest}
      sx={{
        bgcolor: 'background.paper',
        borderRadius: 2,
        border: '1px solid',
        borderColor: found.atRest ? 'transparent' : 'divider',
        p: 2,
        display: 'flex',
        flexDirection: 'column',
        gap: 1.25,
        minWidth: 0,
      }}
    >
      <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 1, alignItems: 'baseline' }}>
        <Typography component="h3" variant="h3" sx={{ overflowWrap: 'anywhere' }}>
          {state.name}
        </Typography>
        <Status text={status(state, found.atRest, found.panic)} bad={!state.ready} busy={found.panic} />
      </Box>
      <Instances ready={found.ready} instances={found.instances} desired={found.desired} />
      {found.concurrency !== null && found.capacity !== null && (
        <Load concurrency={found.concurrency} capacity={found.capacity} />
      )}
      <Box
        component="dl"
        sx={{ m: 0, display: 'grid', gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', rowGap: 1, columnGap: 1.5 }}
      >
        <Figure name="Requests/s" value={amount(found.rps)} />
        <Figure name="Median" value={milliseconds(found.p50Ms)} />
        <Figure name="99 %" value={milliseconds(found.p99Ms)} />
        <Figure name="Cold starts" value={amount(found.coldStarts)} />
        <Figure name="Last start" value={milliseconds(found.lastStartMs)} />
        <Figure name="At once" value={amount(found.concurrency)} />
      </Box>
      {shown.length > 0 && (
        <Box component="ul" aria-label="Revisions" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 0.5 }}>
          {shown.map((each) => (
            <Typography
              component="li"
              variant="body2"
              key={each.name}
              sx={{ display: 'flex', justifyContent: 'space-between', gap: 1 }}
            >
              <span>{each.name}</span>
              <span>{each.traffic == null ? '' : `${each.traffic} %`}</span>
            </Typography>
          ))}
        </Box>
      )}
      {!state.ready && state.reason && (
        <Typography variant="body2" sx={{ color: 'error.main', overflowWrap: 'anywhere' }}>
          {state.reason}
        </Typography>
      )}
    </Box>
  );
}

function status(state: FunctionState, atRest: boolean, panic: boolean): string {
  if (!state.ready) return 'Not ready';
  if (atRest) return 'At zero';
  return panic ? 'Panic' : 'Running';
}

function Status({ text, bad, busy }: { text: string; bad: boolean; busy: boolean }) {
  return (
    <Typography
      component="span"
      variant="body2"
      sx={{ flex: 'none', fontWeight: 600, color: bad ? 'error.main' : busy ? 'warning.main' : 'text.secondary' }}
    >
      {text}
    </Typography>
  );
}

/** A dot an instance: full for one that accepts, hollow for one that is to come, or is on its way. */
function Instances({ ready, instances, desired }: { ready: number; instances: number; desired: number }) {
  const count = Math.max(instances, desired);
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minHeight: 28 }}>
      <Typography component="span" sx={{ fontSize: '1.5rem', lineHeight: 1, fontVariantNumeric: 'tabular-nums' }}>
        {ready}
      </Typography>
      <Typography component="span" variant="body2" sx={{ color: 'text.secondary' }}>
        {ready === 1 ? 'instance' : 'instances'}
        {desired === ready ? '' : `, ${desired} wanted`}
      </Typography>
      <Box aria-hidden sx={{ display: 'flex', flexWrap: 'wrap', gap: '4px', ml: 'auto' }}>
        {Array.from({ length: Math.min(count, MOST_DOTS) }, (_, index) => (
          <Box
            key={index}
            sx={{
              width: 10,
              height: 10,
              borderRadius: 99,
              border: '2px solid',
              borderColor: 'primary.main',
              bgcolor: index < ready ? 'primary.main' : 'transparent',
            }}
          />
        ))}
      </Box>
    </Box>
  );
}

/** How much of what its instances are meant to carry a function carries. */
function Load({ concurrency, capacity }: { concurrency: number; capacity: number }) {
  const part = capacity > 0 ? concurrency / capacity : concurrency > 0 ? 1 : 0;
  return (
    <Box>
      <Box aria-hidden sx={{ height: 6, borderRadius: 99, bgcolor: 'divider', overflow: 'hidden' }}>
        <Box
          sx={{
            height: '100%',
            width: '100%',
            transformOrigin: 'left',
            transform: `scaleX(${Math.min(1, part)})`,
            bgcolor: part > 1 ? 'warning.main' : 'primary.main',
            transition: 'transform 400ms',
            '@media (prefers-reduced-motion: reduce)': { transition: 'none' },
          }}
        />
      </Box>
      <Box component="span" sx={hidden}>
        {`${amount(concurrency)} at once, against a target of ${amount(capacity)}`}
      </Box>
    </Box>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <Typography component="dt" variant="body2" sx={{ color: 'text.secondary', fontSize: '0.8rem' }}>
        {name}
      </Typography>
      <Typography component="dd" sx={{ m: 0, fontVariantNumeric: 'tabular-nums', lineHeight: 1.3 }}>
        {value}
      </Typography>
    </Box>
  );
}
