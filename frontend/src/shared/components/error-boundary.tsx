/** A bug in a page, or a piece of the storefront that did not arrive: told, in place of an empty window. */
import { Component, type ReactNode } from 'react';
import { Failure } from '@/shared/components/failure';

type State = { error: unknown };

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={this.state.error} onRetry={() => window.location.reload()} />;
  }
}
