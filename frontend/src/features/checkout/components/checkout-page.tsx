/** The till: what is bought, with which card, and one button that may be pressed as often as one likes. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useCart } from '@/features/cart/api/use-cart';
import { usePricedLines } from '@/features/cart/api/use-priced-lines';
import { useCheckout } from '@/features/checkout/api/use-checkout';
import { CardChoice, CARDS, digits, isCard, OTHER } from '@/features/checkout/components/card-choice';
import { Outcome } from '@/features/checkout/components/outcome';
import { Action, ActionLink } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';
import { Page } from '@/shared/components/page';
import { price } from '@/shared/lib/money';
import { useLogin } from '@/shared/session/services';

const DOING = {
  nothing: '',
  paying: 'Paying…',
  'asking-again': 'The shop is busy. We ask again, and it stays one order…',
  looking: 'Looking what became of your last order…',
} as const;

export function CheckoutPage() {
  const login = useLogin();
  const navigate = useNavigate();
  const { checkout, phase } = useCheckout();
  const { lines, state } = useCart();
  const priced = usePricedLines(lines);
  const [choice, setChoice] = useState<string>(CARDS[0].number);
  const [other, setOther] = useState('');
  const [wrong, setWrong] = useState(false);
  const told = useRef<HTMLDivElement>(null);
  const busy = phase.doing !== 'nothing';

  useEffect(() => {
    if (login !== null) void checkout.resume(login);
    return () => checkout.forget();
  }, [checkout, login]);
  useEffect(() => {
    const { outcome } = phase;
    if (outcome?.kind === 'placed') {
      void navigate(`/orders/${outcome.order.id}`, { replace: true, state: { placed: true } });
    } else if (outcome) {
      told.current?.scrollIntoView({ block: 'center' });
    }
  }, [phase, navigate]);

  const pay = (event: SubmitEvent) => {
    event.preventDefault();
    const card = choice === OTHER ? digits(other) : choice;
    setWrong(!isCard(card));
    if (!isCard(card) || login === null) return;
    void checkout.pay(login, lines, card);
  };

  if (lines.length === 0 && !busy && phase.outcome === null && state !== 'loading') {
    return (
      <Page title="Checkout" width="text">
        <Typography sx={{ mb: 3 }}>There is nothing in your basket to pay for.</Typography>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2 }}>
          <ActionLink to="/" kind="full">
            Look around
          </ActionLink>
          <ActionLink to="/orders">Your orders</ActionLink>
        </Box>
      </Page>
    );
  }
  return (
    <Page title="Checkout">
      <Box
        component="form"
        noValidate
        onSubmit={pay}
        sx={{
          display: 'grid',
          gridTemplateColumns: { xs: '1fr', md: 'minmax(0, 1fr) minmax(0, 420px)' },
          gap: { xs: 4, md: 7 },
          alignItems: 'start',
        }}
      >
        <Box>
          <Box ref={told} sx={{ '&:not(:empty)': { mb: 4 } }}>
            {phase.outcome && <Outcome outcome={phase.outcome} lines={priced.lines} onDone={() => checkout.forget()} />}
          </Box>
          <CardChoice choice={choice} other={other} wrong={wrong} onChoice={setChoice} onOther={setOther} />
        </Box>
        <Box component="section" aria-labelledby="order" sx={{ bgcolor: 'background.paper', borderRadius: 2, p: 3 }}>
          <Typography variant="h2" id="order" sx={{ mb: 2 }}>
            Your order
          </Typography>
          <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 1.25 }}>
            {priced.lines.map((line) => (
              <Box component="li" key={line.sku} sx={{ display: 'flex', justifyContent: 'space-between', gap: 2 }}>
                <span>
                  {line.product?.name ?? line.sku}{' '}
                  <Box component="span" sx={{ color: 'text.secondary', whiteSpace: 'nowrap' }}>
                    × {line.quantity}
                  </Box>
                </span>
                <span>{line.total ? price(line.total) : ''}</span>
              </Box>
            ))}
          </Box>
          <Box
            sx={(theme) => ({
              display: 'flex',
              justifyContent: 'space-between',
              alignItems: 'baseline',
              borderTop: `1px solid ${theme.vars.palette.divider}`,
              mt: 2,
              pt: 2,
              mb: 2.5,
              fontWeight: 600,
            })}
          >
            <span>Total</span>
            <Box component="span" sx={{ fontSize: '1.4rem' }}>
              {priced.total ? price(priced.total) : <Skeleton width={80} />}
            </Box>
          </Box>
          {priced.error !== null && <Failure error={priced.error} />}
          <Action type="submit" kind="full" wide aria-disabled={busy || lines.length === 0}>
            {busy ? 'One moment…' : priced.total ? `Pay ${price(priced.total)}` : 'Pay'}
          </Action>
          <Typography role="status" sx={{ color: 'text.secondary', '&:not(:empty)': { mt: 1.5 } }}>
            {DOING[phase.doing]}
          </Typography>
        </Box>
      </Box>
    </Page>
  );
}
