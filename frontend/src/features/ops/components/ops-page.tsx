/** How the functions live: a tile each, a timeline of load and scale, and what can be done to see them cope. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { lazy, Suspense } from 'react';
import { inOrder } from '@/features/ops/api/figures';
import { isHopeless, type Picture } from '@/features/ops/api/ops';
import { useOperations } from '@/features/ops/api/use-operations';
import { Deeds } from '@/features/ops/components/deeds';
import { FunctionTile } from '@/features/ops/components/function-tile';
import { ApiError } from '@/shared/api/errors';
import { Failure } from '@/shared/components/failure';
import { Note } from '@/shared/components/note';
import { Page } from '@/shared/components/page';
import { Patience } from '@/shared/components/patience';

const Timeline = lazy(() => import('@/features/ops/components/timeline'));

export function OpsPage() {
  const { picture, timeline, trouble, error } = useOperations();
  if (error && (picture === null || isHopeless(error))) {
    return (
      <Page title="Operations">
        <Refusal error={error} />
      </Page>
    );
  }
  return (
    <Page title="Operations" aside={picture && <Summary picture={picture} />}>
      {(trouble ?? error) !== null && (
        <Note tone="warning">{trouble ?? 'The connection broke. What is below is what was; we ask again.'}</Note>
      )}
      {picture === null ? (
        <>
          <Patience waiting again={false} />
          <Skeleton variant="rounded" height={260} sx={{ mb: 2 }} />
        </>
      ) : (
        <Box sx={{ display: 'grid', gap: 4, gridTemplateColumns: 'minmax(0, 1fr)' }}>
          <Box component="section" aria-labelledby="load" sx={{ bgcolor: 'background.paper', borderRadius: 2, p: 2.5 }}>
            <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, justifyContent: 'space-between', mb: 1 }}>
              <Typography id="load" variant="h3" component="h2">
                Load and scale
              </Typography>
              <Legend />
            </Box>
            <Suspense fallback={<Skeleton variant="rounded" height={220} />}>
              <Timeline moments={timeline} />
            </Suspense>
          </Box>
          <Box component="section" aria-labelledby="deeds">
            <Typography id="deeds" variant="h2" sx={{ mb: 2 }}>
              See it cope
            </Typography>
            <Deeds picture={picture} />
          </Box>
          <Box component="section" aria-labelledby="functions">
            <Typography id="functions" variant="h2" sx={{ mb: 2 }}>
              Functions
            </Typography>
            <Box
              component="ul"
              sx={{
                m: 0,
                p: 0,
                listStyle: 'none',
                display: 'grid',
                gap: 2,
                gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 290px), 1fr))',
              }}
            >
              {inOrder(picture.functions).map((state) => (
                <FunctionTile key={state.name} state={state} />
              ))}
            </Box>
          </Box>
        </Box>
      )}
    </Page>
  );
}

/** Here the shop's own words are for who reads this. */
function Refusal({ error }: { error: unknown }) {
  if (error instanceof ApiError && error.status === 501) {
    return (
      <Failure error={error} title="Nobody can look at the functions here">
        {error.problem.detail}
      </Failure>
    );
  }
  if (error instanceof ApiError && error.status === 403) {
    return (
      <Failure error={error}>
        This page is for those who run the shop. <code>zerocart admin</code> with your e-mail address gives you the
        role; then log in anew.
      </Failure>
    );
  }
  return <Failure error={error} />;
}

function Summary({ picture }: { picture: Picture }) {
  const resting = picture.functions.filter((each) => each.revisions.every((one) => one.instances === 0)).length;
  const away = picture.parts.filter((part) => !part.ready).map((part) => part.name);
  return (
    <Typography sx={{ color: away.length > 0 ? 'warning.main' : 'text.secondary' }}>
      {`${picture.functions.length} functions, ${resting} at zero`}
      {away.length > 0 && ` · away: ${away.join(', ')}`}
    </Typography>
  );
}

function Legend() {
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none', display: 'flex', flexWrap: 'wrap', columnGap: 2 }}>
      <Key colour="secondary.main">Requests/s (left)</Key>
      <Key colour="primary.main">Instances (right)</Key>
      <Key colour="primary.main" dashed>
        Wanted
      </Key>
    </Box>
  );
}

function Key({ colour, dashed = false, children }: { colour: string; dashed?: boolean; children: string }) {
  return (
    <Typography component="li" variant="body2" sx={{ display: 'inline-flex', alignItems: 'center', gap: 1 }}>
      <Box aria-hidden sx={{ width: 18, borderTop: `2px ${dashed ? 'dashed' : 'solid'}`, borderColor: colour }} />
      {children}
    </Typography>
  );
}
