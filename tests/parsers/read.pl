# Leaves of a mail as Perl's Email::MIME reads them, one line each:
# type, name, SHA-256 of the content.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Email::MIME;
use Encode qw(encode_utf8);

local $/;
open my $file, '<:raw', $ARGV[0] or die;
my $mail = Email::MIME->new(<$file>);
print 'subject ', encode_utf8($mail->header('Subject') // ''), "\n";
$mail->walk_parts(sub {
	my ($part) = @_;
	return if $part->subparts;
	my ($type) = split /;/, ($part->content_type // 'text/plain');
	my $name = $part->filename // '';
	$name = encode_utf8($name) if utf8::is_utf8($name);
	print lc $type, ' ', $name, ' ', sha256_hex($part->body), "\n";
});
