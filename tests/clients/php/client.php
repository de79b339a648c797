<?php
// Every operation and fault by PHP's own SoapClient, which reads the WSDL. Standard input says what to call.
$told = json_decode(stream_get_contents(STDIN), true);
const SERVICE = 'http://www.dcsf.gov.uk/open/webservices/ots';

function client(array $told, string $password): SoapClient
{
    $options = [
        'soap_version' => $told['version'] === '1.2' ? SOAP_1_2 : SOAP_1_1,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'exceptions' => true,
    ];
    $client = new SoapClient($told['wsdl'], $options);
    $header = new SoapHeader(SERVICE, 'AuthHeader', ['Username' => $told['user'], 'Password' => $password]);
    $client->__setSoapHeaders($header);
    return $client;
}

function fault(callable $call): string
{
    try {
        $call();
    } catch (SoapFault $fault) {
        return $fault->getMessage();
    }
    return 'no fault';
}

$client = client($told, $told['password']);
$answers = [
    'index' => $client->FetchIndex()->FetchIndexResult,
    'document' => $client->FetchDoc(['DocID' => $told['doc_id']])->FetchDocResult,
    'processed' => $client->UpdateDocumentStatus(['DocID' => $told['doc_id'], 'Processed' => true])
        ->UpdateDocumentStatusResult,
    'index_after' => $client->FetchIndex()->FetchIndexResult,
    'history' => $client->FetchHistory(['BeginDate' => $told['since']])->FetchHistoryResult,
    'unprocessed' => $client->UpdateDocumentStatus(['DocID' => $told['doc_id'], 'Processed' => false])
        ->UpdateDocumentStatusResult,
    'sent' => $client->SendOrder(['Document' => $told['order']])->SendOrderResult,
    'faults' => [
        'broken order' => fault(fn () => $client->SendOrder(['Document' => $told['broken_order']])),
        'unknown document' => fault(fn () => $client->FetchDoc(['DocID' => 'nothing-of-this-name'])),
        'unknown status' => fault(
            fn () => $client->UpdateDocumentStatus(['DocID' => 'nothing-of-this-name', 'Processed' => true])
        ),
        'wrong password' => fault(fn () => client($told, 'not the password')->FetchIndex()),
    ],
    'new_password' => $client->ChangePassword()->ChangePasswordResult,
];
$answers['index_with_new_password'] = client($told, $answers['new_password'])->FetchIndex()->FetchIndexResult;
echo json_encode($answers);
