import Typography from '@mui/material/Typography';
import { Page } from '@/shared/components/page';

/** Where the goods come from: their licence wants it said. */
export function AboutPage() {
  return (
    <Page title="About the goods" width="text">
      <Typography sx={{ mb: 2 }}>
        The names and prices come from{' '}
        <a href="https://doi.org/10.24432/C5BW33" rel="noreferrer" style={{ color: 'inherit' }}>
          “Online Retail”
        </a>
        , Daqing Chen, UCI Machine Learning Repository, 2015, under{' '}
        <a href="https://creativecommons.org/licenses/by/4.0/" rel="noreferrer" style={{ color: 'inherit' }}>
          CC BY 4.0
        </a>
        , for 500 goods that were sold in one December. They were put on shelves, and their names into title case.
      </Typography>
      <Typography>
        The pictures are drawn from the names alone. They are no pictures of the real goods, and this shop sells
        nothing.
      </Typography>
    </Page>
  );
}
