import { MapPinOff } from 'lucide-react';
import { Link } from '@tanstack/react-router';
import { useAdminText } from '../locales/admin-texts.ts';
import { MessagePanel, PRIMARY_BUTTON } from '../ui/message-panel.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';

/** An address that leads nowhere, with a way on. */
export function MissingPage() {
  const { t } = useAdminText();
  usePageTitle(`${t('page.missing.title')} · ${t('app.name')}`);
  return (
    <main>
      <MessagePanel icon={<MapPinOff size={28} />} title={t('page.missing.title')} isPage>
        <p>{t('page.missing.hint')}</p>
        <Link to="/admin" className={PRIMARY_BUTTON}>
          {t('frame.toHome')}
        </Link>
      </MessagePanel>
    </main>
  );
}
