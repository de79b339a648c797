#!/usr/bin/perl
# Every operation and fault by SOAP::Lite, which is told the namespace. Standard input says what to call.
use strict;
use warnings;
use JSON::PP;
use SOAP::Lite;

my $told = decode_json(do { local $/; <STDIN> });
my $namespace = 'http://www.dcsf.gov.uk/open/webservices/ots';
(my $address = $told->{wsdl}) =~ s/\?.*//;

sub answer {
    my ($password, $operation, @parameters) = @_;
    SOAP::Lite->soapversion($told->{version});
    my $soap = SOAP::Lite->proxy($address)->default_ns($namespace)->autotype(1)->readable(0);
    $soap->on_action(sub { qq("$_[0]/$_[1]") });
    my $header = SOAP::Header->name('AuthHeader')->attr({ xmlns => $namespace })->value(
        \SOAP::Data->value(text(Username => $told->{user}), text(Password => $password))
    );
    return $soap->call($operation => @parameters, $header);
}

sub result { my $answer = answer($told->{password}, @_); die said($answer) if $answer->fault; $answer->result }
sub fault { my $answer = answer(@_); $answer->fault ? said($answer) : 'no fault' }
sub said { my ($answer) = @_; $answer->faultstring // $answer->fault->{Reason}{Text} }
sub text { SOAP::Data->name($_[0] => $_[1])->type('string') }
sub yes_or_no { SOAP::Data->name(Processed => $_[0])->type('boolean') }
sub truth { $_[0] eq 'true' || $_[0] eq '1' ? JSON::PP::true : JSON::PP::false }

my $unknown = text(DocID => 'nothing-of-this-name');
my %answers = (
    index       => result('FetchIndex'),
    document    => result('FetchDoc', text(DocID => $told->{doc_id})),
    processed   => truth(result('UpdateDocumentStatus', text(DocID => $told->{doc_id}), yes_or_no('true'))),
    index_after => result('FetchIndex'),
    history     => result('FetchHistory', SOAP::Data->name(BeginDate => $told->{since})->type('dateTime')),
    unprocessed => truth(result('UpdateDocumentStatus', text(DocID => $told->{doc_id}), yes_or_no('false'))),
    sent        => truth(result('SendOrder', text(Document => $told->{order}))),
    faults      => {
        'broken order'     => fault($told->{password}, 'SendOrder', text(Document => $told->{broken_order})),
        'unknown document' => fault($told->{password}, 'FetchDoc', $unknown),
        'unknown status'   => fault($told->{password}, 'UpdateDocumentStatus', $unknown, yes_or_no('true')),
        'wrong password'   => fault('not the password', 'FetchIndex'),
    },
);
$answers{new_password} = result('ChangePassword');
$told->{password} = $answers{new_password};
$answers{index_with_new_password} = result('FetchIndex');
print encode_json(\%answers);
