/** What can be done to the shop to see it cope. Each is bounded, and the shop says what it did. */
import Box from '@mui/material/Box';
import Slider from '@mui/material/Slider';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { carryOut, type Deed, type Picture } from '@/features/ops/api/ops';
import { Action } from '@/shared/components/action';
import { useAnnounce } from '@/shared/components/announcer';
import { Failure } from '@/shared/components/failure';
import { ApiError } from '@/shared/api/errors';
import { useApi } from '@/shared/session/services';

const RATES = [50, 100, 200, 350, 500];
const SECONDS = [5, 10, 20, 30];

export function Deeds({ picture }: { picture: Picture }) {
  const api = useApi();
  const announce = useAnnounce();
  const doing = useMutation({ mutationFn: (order: Deed) => carryOut(api, order), onSuccess: announce });
  const able = (deed: Deed['deed']) => picture.deeds.includes(deed);
  if (picture.deeds.length === 0) {
    return (
      <Typography sx={{ color: 'text.secondary' }}>
        This shop runs on a cluster. Here you can watch it; to change it, use the cluster’s own tools.
      </Typography>
    );
  }
  return (
    <>
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'repeat(3, minmax(0, 1fr))' },
          alignItems: 'stretch',
        }}
      >
        {able('burst') && (
          <Burst underWay={isUnderWay(picture, 'burst')} pending={doing.isPending} run={doing.mutate} />
        )}
        <OneFunction picture={picture} pending={doing.isPending} run={doing.mutate} />
        {able('redis-away') && (
          <Card
            title="Take Redis away"
            text="The cache and the counters stop for 30 seconds. The shop goes on, slower."
          >
            <Action
              type="button"
              disabled={doing.isPending || isUnderWay(picture, 'redis-away')}
              onClick={() => doing.mutate({ deed: 'redis-away' })}
            >
              {isUnderWay(picture, 'redis-away') ? 'Redis is away…' : 'Take it away for 30 s'}
            </Action>
          </Card>
        )}
      </Box>
      <Box sx={{ mt: 2 }}>
        {doing.isSuccess && <Typography sx={{ color: 'text.secondary' }}>{doing.data}.</Typography>}
        {doing.isError && (
          <Failure error={doing.error} title="That was not done">
            {doing.error instanceof ApiError ? doing.error.problem.detail : undefined}
          </Failure>
        )}
      </Box>
    </>
  );
}

type Part = { pending: boolean; run: (order: Deed) => void };

function Burst({ underWay, pending, run }: Part & { underWay: boolean }) {
  const [rate, setRate] = useState(200);
  const [seconds, setSeconds] = useState(10);
  return (
    <Card title="Send a burst" text="Requests for the catalogue, through the shop’s own front door.">
      <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: '1fr 1fr' }}>
        <Choice
          label="Requests/s"
          value={String(rate)}
          options={RATES.map(String)}
          onChange={(v) => setRate(Number(v))}
        />
        <Choice
          label="Seconds"
          value={String(seconds)}
          options={SECONDS.map(String)}
          onChange={(v) => setSeconds(Number(v))}
        />
      </Box>
      <Action
        type="button"
        kind="full"
        disabled={pending || underWay}
        onClick={() => run({ deed: 'burst', rate, seconds })}
      >
        {underWay ? 'Under way…' : 'Send it'}
      </Action>
    </Card>
  );
}

function OneFunction({ picture, pending, run }: Part & { picture: Picture }) {
  const names = picture.functions.map((each) => each.name);
  const [chosen, setChosen] = useState('list-products');
  const state = picture.functions.find((each) => each.name === chosen) ?? picture.functions[0];
  const label = useId();
  const [toNewest, setToNewest] = useState<number | null>(null);
  if (!state) return null;
  const ready = state.ready_revisions;
  const [older, newest] = ready.slice(-2);
  const now = state.revisions.find((each) => each.name === newest)?.traffic ?? 0;
  const percent = toNewest ?? now;
  const split = () => {
    if (!older || !newest) return;
    const shares = [
      { revision: newest, percent },
      { revision: older, percent: 100 - percent },
    ];
    run({ deed: 'traffic', service: state.name, shares });
    setToNewest(null);
  };
  return (
    <Card title="One function" text="Kill an instance of it, or move its traffic between revisions.">
      <Choice
        label="Function"
        value={state.name}
        options={names}
        onChange={(name) => {
          setChosen(name);
          setToNewest(null);
        }}
      />
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Action type="button" disabled={pending} onClick={() => run({ deed: 'kill', service: state.name })}>
          Kill an instance
        </Action>
        <Action
          type="button"
          disabled={pending || ready.length < 2}
          onClick={() => run({ deed: 'rollback', service: state.name })}
        >
          Roll back
        </Action>
      </Box>
      {older && newest ? (
        <Box>
          <Typography id={label} variant="body2">
            {`${percent} % to ${newest}, ${100 - percent} % to ${older}`}
          </Typography>
          <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', pl: 1 }}>
            <Slider aria-labelledby={label} value={percent} step={5} onChange={(_, value) => setToNewest(value)} />
            <Action type="button" disabled={pending || toNewest === null} onClick={split}>
              Split
            </Action>
          </Box>
        </Box>
      ) : (
        <Typography variant="body2" sx={{ color: 'text.secondary' }}>
          It has one revision, so there is nothing to split or to go back to.
        </Typography>
      )}
    </Card>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: string[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <TextField
      select
      id={id}
      label={label}
      value={value}
      size="small"
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { native: true }, inputLabel: { htmlFor: id, shrink: true } }}
    >
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </TextField>
  );
}

function Card({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Box
      component="section"
      aria-label={title}
      sx={{ bgcolor: 'background.paper', borderRadius: 2, p: 2.5, display: 'flex', flexDirection: 'column', gap: 1.5 }}
    >
      <Typography component="h3" variant="h3">
        {title}
      </Typography>
      <Typography variant="body2" sx={{ color: 'text.secondary', mb: 'auto' }}>
        {text}
      </Typography>
      {children}
    </Box>
  );
}

function isUnderWay(picture: Picture, deed: string): boolean {
  return picture.under_way.some((each) => each.deed === deed && Date.parse(each.until) > Date.parse(picture.at));
}
