import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { me } from '@/features/account/api/account';
import { Action, ActionLink } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';
import { Page } from '@/shared/components/page';
import { useApi, useLogin, useSession } from '@/shared/session/services';

type Props = {
  /** Before a logout: what is still to be sent under this account. */
  onLeaving: () => Promise<void>;
  /** After it: what is to be forgotten. */
  onLeft: () => void;
};

export function AccountPage({ onLeaving, onLeft }: Props) {
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const found = useQuery(me(useApi(), useLogin()));
  const leaving = useMutation({
    mutationFn: async () => {
      await onLeaving();
      await session.end();
    },
    onSuccess: () => {
      onLeft();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'products' && queryKey[0] !== 'product' });
      void navigate('/', { replace: true });
    },
  });
  return (
    <Page title="Your account" heading={found.data ? `Hello, ${found.data.name}` : 'Your account'} width="text">
      {found.isError ? (
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Typography sx={{ mb: 4 }}>
          {found.data ? `You are logged in as ${found.data.email}.` : <Skeleton width={240} />}
        </Typography>
      )}
      {leaving.isError && <Failure error={leaving.error} title="You are still logged in" />}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mt: 3 }}>
        <ActionLink to="/orders" kind="full">
          Your orders
        </ActionLink>
        {found.data?.roles.includes('admin') && <ActionLink to="/ops">How the shop runs</ActionLink>}
        <Action type="button" onClick={() => leaving.mutate()} disabled={leaving.isPending}>
          {leaving.isPending ? 'One moment…' : 'Log out'}
        </Action>
      </Box>
    </Page>
  );
}
