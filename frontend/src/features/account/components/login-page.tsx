import Box from '@mui/material/Box';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { destination } from '@/features/account/api/account';
import { type Entry, EntryForm } from '@/features/account/components/entry-form';
import { Page } from '@/shared/components/page';
import { useSession } from '@/shared/session/services';

export function LoginPage() {
  const session = useSession();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const logIn = async ({ email, password }: Entry) => {
    await session.begin({ email, password });
    void navigate(destination(parameters.get('next')), { replace: true });
  };
  return (
    <Page title="Log in" width="form">
      <EntryForm fresh={false} onSubmit={logIn} />
      <Box component="p" sx={{ mt: 4 }}>
        New here? <Link to={{ pathname: '/register', search: parameters.toString() }}>Open an account</Link>
      </Box>
    </Page>
  );
}
