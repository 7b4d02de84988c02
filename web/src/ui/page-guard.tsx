import { Component, type ReactNode } from 'react';
import { TriangleAlert } from 'lucide-react';
import { useText } from '../locales/use-text.ts';
import { MessagePanel, PRIMARY_BUTTON } from './message-panel.tsx';

/** Catches what a page throws while drawing: words and a way on instead of a white screen. */
export class PageGuard extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <BrokenPage /> : this.props.children;
  }
}

/** Words and a way on. */
export function BrokenPage() {
  const { t } = useText();
  return (
    <main>
      <MessagePanel icon={<TriangleAlert size={28} />} title={t('page.broken.title')} role="alert" isPage>
        <p>{t('page.broken.hint')}</p>
        <button type="button" className={PRIMARY_BUTTON} onClick={() => location.reload()}>
          {t('page.broken.reload')}
        </button>
      </MessagePanel>
    </main>
  );
}
