import Typography from '@mui/material/Typography';
import { ActionLink } from '@/shared/components/action';
import { Page } from '@/shared/components/page';

export function NotFoundPage() {
  return (
    <Page title="Nothing here" width="text">
      <Typography sx={{ mb: 3 }}>There is no page under this address.</Typography>
      <ActionLink to="/" kind="full">
        Look around the shop
      </ActionLink>
    </Page>
  );
}
