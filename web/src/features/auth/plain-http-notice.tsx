import { useAdminText } from '../../locales/admin-texts.ts';
import { Notice } from '../../ui/admin/notice.tsx';
import { isPlainHttp } from './passkey-browser.ts';

/** Quiet but always there: on plain HTTP a password can be read on the way. */
export function PlainHttpNotice() {
  const { t } = useAdminText();
  if (!isPlainHttp()) return null;
  return (
    <Notice tone="warning" title={t('plainHttp.title')}>
      <p>{t('plainHttp.hint')}</p>
    </Notice>
  );
}
