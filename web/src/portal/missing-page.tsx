import { MapPinOff } from 'lucide-react';
import { Link } from 'wouter';
import type { MessageId } from '../locales/message-id.ts';
import { useText } from '../locales/use-text.ts';
import { MessagePanel, PRIMARY_BUTTON } from '../ui/message-panel.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';

export interface MissingPageProps {
  readonly title?: MessageId;
  readonly hint?: MessageId;
}

/** An address that leads nowhere, with the way back to the list. */
export function MissingPage({ title = 'page.missing.title', hint = 'page.missing.hint' }: MissingPageProps) {
  const { t } = useText();
  usePageTitle(`${t(title)} · ${t('app.name')}`);
  return (
    <MessagePanel icon={<MapPinOff size={28} />} title={t(title)} isPage>
      <p>{t(hint)}</p>
      <Link href="/" className={PRIMARY_BUTTON}>
        {t('page.home')}
      </Link>
    </MessagePanel>
  );
}
