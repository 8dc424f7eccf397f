import Box from '@mui/material/Box';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { destination, register } from '@/features/account/api/account';
import { type Entry, EntryForm } from '@/features/account/components/entry-form';
import { Page } from '@/shared/components/page';
import { useApi, useSession } from '@/shared/session/services';

export function RegisterPage() {
  const api = useApi();
  const session = useSession();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const join = async ({ name, email, password }: Entry) => {
    await register(api, { name, email, password });
    await session.begin({ email, password });
    void navigate(destination(parameters.get('next')), { replace: true });
  };
  return (
    <Page title="Open an account" width="form">
      <EntryForm fresh onSubmit={join} />
      <Box component="p" sx={{ mt: 4 }}>
        You have one? <Link to={{ pathname: '/login', search: parameters.toString() }}>Log in</Link>
      </Box>
    </Page>
  );
}
